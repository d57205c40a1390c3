package org.ext4map.images;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metadata at fixed places as dumpe2fs lists it. Needs {@link Judge#E2FSPROGS}; tells the view
 * {@link View#AS_IS}.
 */
public final class Dumpe2fs {
  private static final Pattern GROUP = Pattern.compile("Group (\\d+): \\(Blocks .*");
  private static final Pattern PLACE =
      Pattern.compile(
          "(superblock at|Group descriptors? at|Reserved GDT blocks at|Block bitmap at|"
              + "Inode bitmap at|Inode table at|MMP block number:) +(\\d+)(?:-(\\d+))?");
  private static final Map<String, String> WORDS =
      Map.of(
          "superblock at", "superblock",
          "Group descriptor at", "group_descriptors",
          "Group descriptors at", "group_descriptors",
          "Reserved GDT blocks at", "reserved_descriptors",
          "Block bitmap at", "block_bitmap",
          "Inode bitmap at", "inode_bitmap",
          "Inode table at", "inode_table",
          "MMP block number:", "multiple_mount_protection");

  private Dumpe2fs() {}

  /**
   * What each block of metadata is: {@code superblock 1} for the copy in group 1, {@code
   * inode_table 3} for the table of group 3; further {@code group_descriptors}, {@code
   * reserved_descriptors}, {@code block_bitmap}, {@code inode_bitmap} and {@code
   * multiple_mount_protection}, always with a group.
   */
  public static Map<Long, Set<String>> metadata(Path image) throws IOException {
    Map<Long, Set<String>> roles = new TreeMap<>();
    String group = "0";
    for (String line : Command.of("dumpe2fs", image.toString()).run().text().lines().toList()) {
      Matcher heading = GROUP.matcher(line);
      if (heading.matches()) {
        group = heading.group(1);
      }
      Matcher place = PLACE.matcher(line);
      while (place.find()) {
        long first = Long.parseLong(place.group(2));
        long last = place.group(3) == null ? first : Long.parseLong(place.group(3));
        for (long block = first; block <= last; block++) {
          roles
              .computeIfAbsent(block, key -> new TreeSet<>())
              .add(WORDS.get(place.group(1)) + " " + group);
        }
      }
    }
    return roles;
  }
}
