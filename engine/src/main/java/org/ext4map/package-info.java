/**
 * What an embedder sees: an image, its files, their maps and bytes.
 *
 * <pre>
 *   try (Ext4Image image = Ext4Image.open(path)) {
 *     Ext4File file = image.lookup("/data");
 *     file.extents().forEach(System.out::println);     // 0-0:W@34816  1-262143:U@34817
 *     file.open().read(buffer);                        // holes and unwritten space read as zeros
 *   }
 * </pre>
 *
 * Start at {@link org.ext4map.Ext4Image}. Everything here may be used by many threads. What can go
 * wrong: the image breaks a rule or uses something refused by name ({@link
 * org.ext4map.model.Ext4Exception} and its kinds), a name is not there or is not what the call
 * needs ({@link java.nio.file.FileSystemException} and its kinds), the device fails ({@link
 * java.io.IOException}), the caller errs ({@link java.lang.IllegalArgumentException}).
 */
@NullMarked
package org.ext4map;

import org.jspecify.annotations.NullMarked;
