package org.ext4map.images;

/**
 * One file of the torture kit.
 *
 * @param topic what it belongs to
 * @param image name of the golden image
 * @param path absolute path in it
 * @param why what a reader gets wrong here
 */
public record TortureCase(String topic, String image, String path, String why) {}
