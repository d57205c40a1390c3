/** The engine: an ext4 image in, block mappings out. It needs the JDK alone. */
module org.ext4map.engine {
  requires jdk.unsupported; // com.sun.nio.file.ExtendedOpenOption.DIRECT
  requires static org.jspecify;

  exports org.ext4map;
  exports org.ext4map.check;
  exports org.ext4map.device;
  exports org.ext4map.dio;
  exports org.ext4map.format;
  exports org.ext4map.inspect;
  exports org.ext4map.journal;
  exports org.ext4map.locks;
  exports org.ext4map.model;
  exports org.ext4map.ondisk;
}
