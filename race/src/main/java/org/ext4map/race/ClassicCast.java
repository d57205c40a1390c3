package org.ext4map.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.locks.ThreadClass;
import org.ext4map.race.design.Design;
import org.ext4map.race.design.Dio;
import org.ext4map.race.design.DirectPath;
import org.ext4map.race.design.Maker;
import org.ext4map.race.design.RacedInode;
import org.ext4map.race.schedule.Stage;
import org.jspecify.annotations.Nullable;

/** A story by one of the designs of 2016. */
final class ClassicCast extends Cast {
  private final Ext4Image image;
  private final Ext4File file;
  private final Design design;
  private final List<Dio> requests = new ArrayList<>();
  private @Nullable RacedInode inode;

  ClassicCast(Ext4Image image, Ext4File file, Story story, Design design) {
    super(file, story);
    this.image = image;
    this.file = file;
    this.design = design;
  }

  @Override
  void enter(Stage stage) {
    RacedInode raced;
    try {
      raced = new RacedInode(stage, file, file.openDirect());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    inode = raced;
    DirectPath path = new DirectPath(stage, design, raced, image.direct().device(), Ground.BLOCK);
    for (Story.Ask ask : story().asks()) {
      Dio dio = request(ask);
      stage.enter(
          ask.actor(),
          ThreadClass.SUBMITTER,
          () -> {
            switch (ask.what()) {
              case WRITE, WRITE_THAT_FAILS -> path.write(dio);
              case READ -> path.read(dio);
              case FAULT -> path.fault(dio);
            }
          },
          "asks for blocks " + ask.from() + "-" + (ask.to() - 1));
    }
  }

  private Dio request(Story.Ask ask) {
    int number = requests.size() + 1;
    byte[] data = data(ask, number);
    boolean isRead = ask.what() == Story.What.READ;
    Dio dio =
        new Dio(
            number,
            isRead ? Dio.Kind.READ : Dio.Kind.WRITE,
            ask.from(),
            ask.to(),
            ByteBuffer.wrap(data),
            ask.what() == Story.What.WRITE_THAT_FAILS,
            succeeded -> report(number, succeeded, isRead ? data : new byte[0]));
    requests.add(dio);
    return dio;
  }

  @Override
  String mishap(int number) {
    return requests.get(number - 1).mishap();
  }

  @Override
  void measure(Map<String, String> after) {
    if (inode != null && design.maker() != Maker.THE_MAPPER) {
      after.put("P", inode.shownSlot());
    }
    super.measure(after);
  }
}
