package org.ext4map.ondisk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;
import org.ext4map.testkit.Geometries;
import org.junit.jupiter.api.Test;

class OrphanBlockTest {
  private final Geometry geometry = Geometries.of(1024, Feature.METADATA_CSUM);
  private final ByteBuffer bytes = ByteBuffer.allocate(1024);
  private final OrphanBlock block = new OrphanBlock(geometry, bytes);

  @Test
  void aSealedBlockPassesWhereItWasSealed() {
    block.setInode(3, 17);
    block.seal(1, 500);

    assertThat(block.capacity()).isEqualTo(254);
    assertThat(block.inode(3)).isEqualTo(17);
    assertThatCode(() -> block.verify(1, 500)).doesNotThrowAnyException();
    assertThatThrownBy(() -> block.verify(1, 501))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("ob_checksum");
  }

  @Test
  void damageIsNamed() {
    assertThatThrownBy(() -> block.verify(1, 500))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("ob_magic=0x0");

    block.setInode(5, Geometries.INODES + 1);
    block.seal(1, 500);
    assertThatThrownBy(() -> block.verify(1, 500))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("slot 5=129, allowed <= 128");
  }
}
