package org.ext4map.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.InodeRecord;
import picocli.CommandLine.Command;

/** One inode. */
@Command(name = "stat", header = "Shows an inode: type, size, owner, times, flags, attributes.")
final class StatCommand extends FileCommand {
  private static final int SHOWN_VALUE_BYTES = 48;

  @Override
  String schema() {
    return "stat";
  }

  @Override
  int inspect(Ext4Image image, Ext4File file) throws IOException {
    byte[] target = file.type() == FileType.SYMLINK ? file.readSymlink() : new byte[0];
    Map<String, byte[]> attributes = attributes(file);
    if (isJson()) {
      document(image, json -> write(json, file, target, attributes));
    } else {
      write(new Rows(console()), image, file, target, attributes);
    }
    return ExitCode.OK;
  }

  private static Map<String, byte[]> attributes(Ext4File file) throws IOException {
    Map<String, byte[]> attributes = new LinkedHashMap<>();
    for (String name : file.xattrNames()) {
      file.xattr(name).ifPresent(value -> attributes.put(name, value));
    }
    return attributes;
  }

  private void write(Json json, Ext4File file, byte[] target, Map<String, byte[]> attributes)
      throws IOException {
    json.field("inode", file.ino());
    json.field("path", path().text());
    json.field("type", Names.word(file.type()));
    Stats.write(json, file);
    json.field("generation", Integer.toUnsignedLong(file.record().generation()));
    json.field("project_id", file.record().projectId());
    json.field("mapping", Mappings.word(file));
    json.field("depth", file.treeDepth());
    if (file.type() == FileType.SYMLINK) {
      Names.write(json, "target", target);
    }
    json.array(
        "xattrs",
        list -> {
          for (Map.Entry<String, byte[]> attribute : attributes.entrySet()) {
            list.element(
                one -> {
                  one.field("name", attribute.getKey());
                  one.field("size", attribute.getValue().length);
                  one.field("value_hex", HexFormat.of().formatHex(attribute.getValue()));
                });
          }
        });
  }

  private void write(
      Rows rows, Ext4Image image, Ext4File file, byte[] target, Map<String, byte[]> attributes)
      throws IOException {
    InodeRecord record = file.record();
    String name = Text.printable(path().text());
    rows.heading(file.type() == FileType.SYMLINK ? name + " -> " + Names.shown(target) : name);
    rows.row("inode", file.ino() + ", " + Names.word(file.type()).replace('_', ' '));
    rows.row(
        "permissions", Stats.mode(record) + " " + Names.permissions(file.type(), record.mode()));
    rows.row("owner", "uid " + record.uid() + ", gid " + record.gid());
    rows.row("links", String.valueOf(record.linksCount()));
    rows.row("size", sizeText(file.size()));
    rows.row("allocated", Text.count(record.sectors(), "sector") + " of 512");
    rows.row("flags", String.join(" ", InodeFlag.names(record.flags())));
    rows.row("generation", Integer.toUnsignedString(record.generation()));
    rows.row("access time", Text.time(record.atime()));
    rows.row("modify time", Text.time(record.mtime()));
    rows.row("change time", Text.time(record.ctime()));
    rows.row("create time", Text.time(record.crtime()));
    rows.row("mapping", Mappings.words(file));
    for (Map.Entry<String, byte[]> attribute : attributes.entrySet()) {
      rows.row(
          "attribute", Text.printable(attribute.getKey()) + " = " + value(attribute.getValue()));
    }
    rows.row("view", Views.word(image));
  }

  private static String sizeText(long size) {
    String exact = Text.count(size, "byte");
    return size >= 0 && size < 1024 ? exact : exact + " (" + Text.bytes(size) + ")";
  }

  private static String value(byte[] bytes) {
    int length = Math.min(bytes.length, SHOWN_VALUE_BYTES);
    boolean isText = true;
    for (int i = 0; i < length; i++) {
      isText &= bytes[i] >= ' ' && bytes[i] < 0x7F;
    }
    String shown =
        isText
            ? '"' + new String(bytes, 0, length, StandardCharsets.US_ASCII) + '"'
            : "0x" + HexFormat.of().formatHex(bytes, 0, length);
    return length < bytes.length ? shown + " … (" + bytes.length + " bytes)" : shown;
  }
}
