package org.ext4map.images;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside a golden image: how it was made and what the judges saw in it.
 *
 * @param format version of this format, 1
 * @param image name
 * @param about one line: what it is there for
 * @param recipe script in {@code testimages/recipes} that makes it
 * @param source who filled it and says what is true: {@code kernel}; {@code kernel+debugfs} if it
 *     was changed by hand after the kernel made it; {@code debugfs} if the kernel cannot mount it
 * @param madeWith versions of the tools
 * @param imageBytes size unpacked
 * @param imageSha256 hash of the unpacked image
 * @param blockSize bytes
 * @param features as dumpe2fs names them
 * @param journal what kind of log it shows; null for a clean image
 * @param journalFeatures as dumpe2fs names them
 * @param needsRecovery the superblock says so
 * @param e2fsckExit exit code of {@code e2fsck -fn}
 * @param recoveredE2fsckExit exit code of {@code e2fsck -fn} after the kernel recovered a copy;
 *     null if it refused, or was not asked
 * @param readWriteRefused why the kernel mounts this clean image read-only at most; null if it does
 *     mount it
 * @param mountRefused views that the kernel refused, with its message
 * @param files truth by view; a view equal to RECOVERED is left out, as is REPLAYED where there is
 *     nothing to replay; see {@link #files(View)}
 */
public record Manifest(
    int format,
    String image,
    String about,
    String recipe,
    String source,
    Map<String, String> madeWith,
    long imageBytes,
    String imageSha256,
    int blockSize,
    Set<String> features,
    @Nullable String journal,
    Set<String> journalFeatures,
    boolean needsRecovery,
    int e2fsckExit,
    @Nullable Integer recoveredE2fsckExit,
    @Nullable String readWriteRefused,
    Map<View, String> mountRefused,
    Map<View, List<FileTruth>> files) {

  /** Copies what it is given. */
  public Manifest {
    madeWith = Map.copyOf(madeWith);
    features = Set.copyOf(features);
    journalFeatures = Set.copyOf(journalFeatures);
    mountRefused = Map.copyOf(mountRefused);
    files = Map.copyOf(files);
  }

  /**
   * All names of one view, sorted by path; empty if the kernel refuses to show the image that way.
   */
  public Optional<List<FileTruth>> files(View view) {
    if (mountRefused.containsKey(view)) {
      return Optional.empty();
    }
    View told = view == View.REPLAYED && !needsRecovery ? View.AS_IS : view;
    return Optional.ofNullable(files.getOrDefault(told, files.get(View.RECOVERED)));
  }

  /**
   * One name in one view.
   *
   * @throws IllegalArgumentException if it is not there
   */
  public FileTruth file(View view, String path) {
    return files(view).stream()
        .flatMap(List::stream)
        .filter(file -> file.path().equals(path))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(image + " has no " + path + " in " + view));
  }
}
