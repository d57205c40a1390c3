package org.ext4map.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A new file system in a new or an old file. */
@Command(
    name = "mkfs",
    header = "Makes an ext4 file system in a file, as mke2fs -t ext4 would.",
    description = {
      "The file gets SIZE bytes, sparse; what was in it is lost, but a file that holds a file"
          + " system needs --force. The same options, UUID and SOURCE_DATE_EPOCH make the same"
          + " bytes."
    })
final class MkfsCommand extends Subcommand {
  private static final Pattern JOURNAL = Pattern.compile("size=([0-9]{1,9})");
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final long MIB = 1L << 20;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "The file; made if missing.")
  @SuppressWarnings("NullAway.Init") // required, so picocli fills it
  private Path file;

  @Parameters(
      index = "1",
      paramLabel = "SIZE",
      converter = ByteCount.class,
      description = "In bytes; also 64m, 1g.")
  private long size;

  @Option(
      names = "-b",
      paramLabel = "BS",
      converter = ByteCount.class,
      description = "Block size: 1k, 2k, 4k … 64k; 1k below 512m and 4k from there on if left out.")
  private @Nullable Long blockSize;

  @Option(
      names = "-O",
      paramLabel = "FEATURES",
      split = ",",
      description = "Features to add, or with ^ to leave out: 64bit,^has_journal")
  private List<String> features = new ArrayList<>();

  @Option(names = "-N", paramLabel = "INODES", description = "Inodes wanted, at least.")
  private @Nullable Long inodes;

  @Option(names = "-L", paramLabel = "LABEL", description = "Name, at most 16 bytes.")
  private String label = "";

  @Option(names = "-U", paramLabel = "UUID", description = "Identity; random if left out.")
  private @Nullable String uuid;

  @Option(names = "-J", paramLabel = "size=MB", description = "Size of the journal in MiB.")
  private @Nullable String journal;

  @Option(
      names = {"-f", "-F", "--force"},
      description = "Also if the file holds a file system.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    MkfsOptions options = options();
    Superblock made = write(options);
    tell(made);
    console().flush();
    return ExitCode.OK;
  }

  /** Checks all words, and against each other, before anything is touched. */
  private MkfsOptions options() throws IOException {
    UUID identity = identity();
    UUID seed =
        UUID.nameUUIDFromBytes(("hash seed of " + identity).getBytes(StandardCharsets.UTF_8));
    try {
      MkfsOptions.Builder builder = MkfsOptions.ext4(identity, seed, top().clock().instant());
      FeatureWords.apply(features, builder);
      builder.label(label);
      if (blockSize != null) {
        builder.blockSize((int) Math.min(blockSize, Integer.MAX_VALUE));
      }
      if (inodes != null) {
        builder.inodes(inodes);
      }
      if (journal != null) {
        sizeJournal(builder);
      }
      MkfsOptions options = builder.build();
      Mkfs.plan(size, options);
      return options;
    } catch (IllegalArgumentException wrong) {
      throw usage(String.valueOf(wrong.getMessage()).strip());
    }
  }

  private UUID identity() {
    if (uuid == null || uuid.equals("random")) {
      return UUID.randomUUID();
    }
    if (!UUID_TEXT.matcher(uuid).matches()) {
      throw usage("-U " + uuid + ", allowed as 01234567-89ab-cdef-0123-456789abcdef, or random");
    }
    return UUID.fromString(uuid);
  }

  private void sizeJournal(MkfsOptions.Builder builder) throws IOException {
    Matcher matcher = JOURNAL.matcher(String.valueOf(journal));
    if (!matcher.matches()) {
      throw usage("-J " + journal + ", allowed size=MB");
    }
    int bytesInBlock = new Geometry(Mkfs.plan(size, builder.build())).blockSize();
    builder.journalBlocks(Long.parseLong(matcher.group(1)) * MIB / bytesInBlock);
    if (!Mkfs.plan(size, builder.build()).features().has(Feature.HAS_JOURNAL)) {
      throw usage("-J " + journal + ", allowed only with the feature has_journal");
    }
  }

  private Superblock write(MkfsOptions options) throws IOException {
    boolean isNew = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    if (isNew) {
      create();
    } else if (!Files.isRegularFile(file)) {
      throw Failure.refused(file + ": type=" + typeOf(file) + ", allowed a regular file");
    }
    try (BlockDevice device = FileBlockDevice.openBlank(file, size, this::requireNothingMissed)) {
      return Mkfs.format(device, options);
    } catch (IOException problem) {
      if (isNew) {
        Files.deleteIfExists(file);
      }
      throw Failure.opening(file.toString(), problem);
    }
  }

  private void create() throws IOException {
    try {
      Files.createFile(file);
    } catch (IOException problem) {
      throw Failure.opening(file.toString(), problem);
    }
  }

  private static String typeOf(Path path) {
    if (Files.isDirectory(path)) {
      return "directory";
    }
    return Files.exists(path) ? "device or other special file" : "dangling symbolic link";
  }

  private void requireNothingMissed(BlockDevice before) throws IOException {
    Optional<Signature> found = force ? Optional.empty() : Signature.of(before);
    if (found.isPresent()) {
      throw Failure.refused("holds " + found.get().title() + ", allowed with --force");
    }
  }

  private void tell(Superblock made) throws IOException {
    Geometry geometry = new Geometry(made);
    Rows rows = new Rows(console());
    rows.heading(Text.printable(file.toString()));
    rows.row(
        "size",
        Text.bytes(geometry.blocksCount() * geometry.blockSize())
            + " in "
            + Text.count(geometry.blocksCount(), "block")
            + " of "
            + geometry.blockSize()
            + ", "
            + made.freeBlocksCount()
            + " free");
    rows.row("inodes", geometry.inodesCount() + ", " + made.freeInodesCount() + " free");
    if (!made.volumeName().isEmpty()) {
      rows.row("label", Text.printable(made.volumeName()));
    }
    rows.row("UUID", made.uuid().toString());
    rows.row("features", String.join(" ", made.features().names()));
  }
}
