package org.ext4map.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.FileFragments;
import org.ext4map.inspect.FragmentationScan;
import org.ext4map.inspect.FreeSpace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How scattered space and files are, in the manner of e2freefrag and e4defrag -c. */
@Command(
    name = "frag",
    header = "Shows how scattered free space and files are.",
    description = {
      "Least is the number of extents that the same holes and states need at least. With PATH: that"
          + " file, or all files below that directory."
    })
final class FragCommand extends ReportCommand {
  private static final int MOST_TOP = 10_000;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      converter = ImagePath.Converter.class,
      description = "Absolute path in the image, or '<inode>'; all of the image if left out.")
  private @Nullable ImagePath path;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "Name the N most scattered files; 10 if left out.")
  private int top = 10;

  @Override
  String schema() {
    return "frag";
  }

  @Override
  void checkUsage() {
    if (top < 0 || top > MOST_TOP) {
      throw usage("--top " + top + ", allowed 0 … " + MOST_TOP);
    }
  }

  @Override
  int inspect(Ext4Image image) throws IOException {
    Meter meter = new Meter(console());
    Optional<FreeSpace> space = Optional.empty();
    FragmentationScan.Result files;
    if (path == null) {
      space = Optional.of(FreeSpace.of(image, meter));
      files = FragmentationScan.ofImage(image, top, meter);
    } else {
      Ext4File file = path.in(image);
      files = FragmentationScan.below(image, file, top, meter);
    }
    if (isJson()) {
      writeJson(image, space, files);
    } else {
      FragText text = new FragText(console(), image.geometry().blockSize());
      if (space.isPresent()) {
        text.space(image, space.get());
      }
      text.files(files);
    }
    return ExitCode.OK;
  }

  private void writeJson(Ext4Image image, Optional<FreeSpace> space, FragmentationScan.Result files)
      throws IOException {
    document(
        image,
        json -> {
          json.field("block_size", image.geometry().blockSize());
          if (path != null) {
            json.field("path", path.text());
          }
          if (space.isPresent()) {
            json.object("free_space", one -> write(one, image, space.get()));
          }
          json.object(
              "files",
              one -> {
                one.field("count", files.files());
                one.field("with_blocks", files.mapped());
                one.field("fragmented", files.fragmented());
                one.field("extents", files.extents());
                one.field("fragments", files.fragments());
                one.field("least_extents", files.least());
              });
          json.array(
              "worst",
              list -> {
                for (FileFragments file : files.worst()) {
                  list.element(
                      one -> {
                        one.field("inode", file.ino());
                        ExplainJson.paths(one, files.paths().getOrDefault(file.ino(), List.of()));
                        one.field("size", file.size());
                        one.field("blocks", file.blocks());
                        one.field("extents", file.extents());
                        one.field("fragments", file.fragments());
                        one.field("least_extents", file.least());
                      });
                }
              });
          ExplainJson.write(json, files.unread());
        });
  }

  private static void write(Json json, Ext4Image image, FreeSpace space) throws IOException {
    json.field("total_blocks", image.geometry().blocksCount());
    json.field("blocks", space.blocks());
    json.field("runs", space.runs());
    json.field("shortest", space.shortest());
    json.field("average", space.runs() == 0 ? 0 : space.blocks() / space.runs());
    json.field("longest", space.longest());
    json.array(
        "buckets",
        list -> {
          for (FreeSpace.Bucket bucket : space.buckets()) {
            list.element(
                one -> {
                  one.field("least", bucket.least());
                  one.field("most", bucket.most());
                  one.field("runs", bucket.runs());
                  one.field("blocks", bucket.blocks());
                });
          }
        });
    json.field("unread_groups", space.unread().count());
  }
}
