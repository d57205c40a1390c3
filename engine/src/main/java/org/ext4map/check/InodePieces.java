package org.ext4map.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.ondisk.Geometry;

/** Cuts the inode tables into pieces and has them sifted, in the order of the inode numbers. */
final class InodePieces implements Ahead.Prelude {
  /** Hears of the pieces in their order. */
  interface Taker {
    /** The first pieces are being sifted; none is taken yet. */
    void begin() throws IOException;

    /** The pieces of {@code group} and of those before it that have none come next. */
    void group(long group) throws IOException;

    /** The next piece was sifted. */
    void take(InodeSieve sieve) throws IOException;
  }

  private final Docket docket;
  private final Geometry geometry;
  private final int slotsOfPiece;
  private final Taker taker;
  private long nextGroup;
  private long nextIndex;
  private long toldGroup = -1;

  InodePieces(Docket docket, Taker taker) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.slotsOfPiece = InodeSieve.slotsOf(geometry);
    this.taker = taker;
  }

  /** Has all pieces sifted by {@code count} sieves at the same time. */
  void run(List<InodeSieve> sieves) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    for (InodeSieve sieve : sieves) {
      pieces.add(new Piece(sieve));
    }
    new Ahead(docket.workers().executor()).run(pieces, this);
    tell(geometry.groupCount() - 1);
  }

  @Override
  public void play() throws IOException {
    taker.begin();
  }

  private void tell(long group) throws IOException {
    while (toldGroup < group) {
      toldGroup++;
      taker.group(toldGroup);
    }
  }

  private final class Piece implements Ahead.Piece {
    private final InodeSieve sieve;
    private long group;

    Piece(InodeSieve sieve) {
      this.sieve = sieve;
    }

    @Override
    public boolean prepare() {
      while (nextGroup < geometry.groupCount()
          && nextIndex >= docket.groups().inodesToRead(nextGroup)) {
        nextGroup++;
        nextIndex = 0;
      }
      if (nextGroup >= geometry.groupCount()) {
        return false;
      }
      group = nextGroup;
      long slots = Math.min(slotsOfPiece, docket.groups().inodesToRead(group) - nextIndex);
      long block =
          docket.groups().get(group).inodeTable()
              + nextIndex * geometry.inodeSize() / geometry.blockSize();
      sieve.prepare(group * geometry.inodesPerGroup() + 1 + nextIndex, block, (int) slots);
      nextIndex += slots;
      return true;
    }

    @Override
    public void run() {
      sieve.work();
    }

    @Override
    public void take() throws IOException {
      tell(group);
      sieve.take(docket.census(), docket.claims(), docket.usage());
      taker.take(sieve);
    }
  }
}
