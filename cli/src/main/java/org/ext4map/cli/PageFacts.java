package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4Image;
import org.ext4map.View;
import org.ext4map.check.CheckListener;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Checker;
import org.ext4map.check.Finding;
import org.ext4map.check.Pass;
import org.ext4map.device.BlockDevice;
import org.ext4map.inspect.FileFragments;
import org.ext4map.inspect.FragmentationScan;
import org.ext4map.inspect.FreeSpace;
import org.ext4map.inspect.SpaceMap;

/**
 * What the page about an image shows, gathered before it is written.
 *
 * @param image the image
 * @param file its file
 * @param cells how full each part is
 * @param space free runs
 * @param files how scattered files are
 * @param shown the most scattered of them, a bounded number
 * @param check the judgement
 * @param problems the first findings, a bounded number
 */
record PageFacts(
    Ext4Image image,
    Path file,
    List<SpaceMap.Cell> cells,
    FreeSpace space,
    FragmentationScan.Result files,
    List<FileFragments> shown,
    CheckReport check,
    List<Finding> problems) {
  private static final int MOST_CELLS = 1024;
  private static final int MOST_FILES = 25;

  /** So many are shown even if they have no extent too many. */
  private static final int MOST_SOUND_FILES = 8;

  static final int MOST_PROBLEMS = 200;

  PageFacts {
    cells = List.copyOf(cells);
    shown = List.copyOf(shown);
    problems = List.copyOf(problems);
  }

  /**
   * Looks at everything.
   *
   * @param device the bytes as they are, for the judge, who looks at the log himself
   */
  static PageFacts gather(Ext4Image image, Path file, BlockDevice device, Meter meter)
      throws IOException {
    List<SpaceMap.Cell> cells = SpaceMap.of(image, MOST_CELLS, meter);
    FreeSpace space = FreeSpace.of(image, meter);
    FragmentationScan.Result files = FragmentationScan.ofImage(image, MOST_FILES, meter);
    List<FileFragments> worst = files.worst();
    List<FileFragments> shown = new ArrayList<>();
    for (FileFragments each : worst) {
      if (each.excess() > 0 || shown.size() < MOST_SOUND_FILES) {
        shown.add(each);
      }
    }
    List<Finding> problems = new ArrayList<>();
    CheckReport check = judge(image.view(), device, meter, problems);
    return new PageFacts(image, file, cells, space, files, shown, check, problems);
  }

  private static CheckReport judge(
      View view, BlockDevice device, Meter meter, List<Finding> problems) {
    CheckOptions options =
        CheckOptions.defaults()
            .withView(view == View.AS_IS ? CheckOptions.View.AS_IS : CheckOptions.View.RECOVERED);
    return Checker.check(
        device,
        options,
        new CheckListener() {
          @Override
          public void found(Finding finding) {
            if (problems.size() < MOST_PROBLEMS) {
              problems.add(finding);
            }
          }

          @Override
          public void progress(Pass pass, long done, long total) {
            meter.step(pass.label(), done, total);
          }
        });
  }
}
