package org.ext4map.cli;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.ext4map.inspect.BlockRole;
import org.ext4map.inspect.Checksum;
import org.ext4map.inspect.Explanation;
import org.ext4map.inspect.FilePath;
import org.ext4map.inspect.Unread;
import org.ext4map.model.Extent;

/** An explanation for programs. */
final class ExplainJson {
  private ExplainJson() {}

  static void write(Json json, Explanation explanation, int blockSize, OptionalLong byteInBlock)
      throws IOException {
    json.field("block_size", blockSize);
    if (explanation.block().isPresent()) {
      json.field("block", explanation.block().getAsLong());
      json.field("offset", explanation.block().getAsLong() * blockSize);
    }
    if (byteInBlock.isPresent()) {
      json.field("byte_in_block", byteInBlock.getAsLong());
    }
    if (explanation.place().isPresent()) {
      json.object("file", file -> write(file, explanation.place().get()));
    }
    if (explanation.group().isPresent()) {
      json.field("group", explanation.group().getAsLong());
    }
    json.field("bitmap", Words.of(explanation.allocation()));
    if (explanation.bitmapBlock().isPresent()) {
      json.field("bitmap_block", explanation.bitmapBlock().getAsLong());
    }
    json.field("zero", explanation.zero());
    json.array(
        "roles",
        list -> {
          for (Explanation.Use use : explanation.roles()) {
            list.element(one -> write(one, use));
          }
        });
    json.array(
        "journal_copies",
        list -> {
          for (Explanation.LoggedCopy copy : explanation.copies()) {
            list.element(
                one -> {
                  one.field("transaction", Integer.toUnsignedLong(copy.sequence()));
                  one.field("log_block", copy.logBlock());
                  one.field("block", copy.pblk());
                  one.field("fate", Words.of(copy.fate()));
                });
          }
        });
    json.array(
        "journal_revokes",
        list -> {
          for (int sequence : explanation.revokes()) {
            list.element(one -> one.field("transaction", Integer.toUnsignedLong(sequence)));
          }
        });
    json.field("contradictory", explanation.isContradictory());
    json.strings("sentences", ExplainSentences.of(explanation));
    write(json, explanation.unread());
  }

  /** What could not be read. */
  static void write(Json json, Unread unread) throws IOException {
    json.field("unread", unread.count());
    if (unread.count() > 0) {
      json.field("unread_first", unread.first());
    }
  }

  private static void write(Json json, Explanation.FilePlace place) throws IOException {
    json.field("inode", place.ino());
    json.field("logical", place.lblk());
    json.field("type", Names.word(place.type()));
    json.field("size", place.size());
    paths(json, place.paths());
    if (place.mapping().isPresent()) {
      json.object("mapping", run -> extent(run, place.mapping().get()));
    }
    json.field("read", Words.of(place.read()));
  }

  static void extent(Json json, Extent extent) throws IOException {
    json.field("logical", extent.lblk());
    if (extent.state().isMapped()) {
      json.field("physical", extent.pblk());
    }
    json.field("length", extent.length());
    json.field("state", Words.of(extent.state()));
  }

  /** Paths as objects, since a name that is not UTF-8 has its bytes beside it. */
  static void paths(Json json, List<FilePath> paths) throws IOException {
    json.array(
        "paths",
        list -> {
          for (FilePath path : paths) {
            list.element(one -> Names.write(one, "path", path.toByteArray()));
          }
        });
  }

  private static void write(Json json, Explanation.Use use) throws IOException {
    role(json, use.role());
    paths(json, use.paths());
    json.field("detail", use.detail());
    json.object(
        "checksum",
        checksum -> {
          checksum.field("state", Words.of(use.checksum().state()));
          if (use.checksum().state() != Checksum.State.RIGHT) {
            checksum.field("detail", use.checksum().detail());
          }
        });
    json.field("read", Words.of(use.read()));
    json.array(
        "inodes",
        list -> {
          for (Explanation.Slot slot : use.slots()) {
            list.element(
                one -> {
                  one.field("inode", slot.ino());
                  one.field("type", Names.word(slot.type()));
                  one.field("intact", slot.intact());
                  paths(one, slot.paths());
                });
          }
        });
  }

  /** The fields that say what a block is for. */
  static void role(Json json, BlockRole role) throws IOException {
    json.field("role", Roles.word(role));
    if (role instanceof BlockRole.Fixed fixed) {
      json.field("group", fixed.group());
      if (fixed.structure() == BlockRole.Structure.INODE_TABLE) {
        json.field("first_inode", fixed.first());
        json.field("last_inode", fixed.last());
      }
      if (fixed.structure() == BlockRole.Structure.GROUP_DESCRIPTORS) {
        json.field("first_group", fixed.first());
        json.field("last_group", fixed.last());
      }
    } else if (role instanceof BlockRole.MapNode node) {
      json.field("inode", node.ino());
      json.field("logical", node.lblk());
      json.field("level", node.level());
    } else if (role instanceof BlockRole.Contents contents) {
      json.field("inode", contents.ino());
      json.field("logical", contents.lblk());
      json.object("extent", run -> extent(run, contents.extent()));
    } else if (role instanceof BlockRole.Attributes attributes) {
      json.field("inode", attributes.ino());
    }
  }
}
