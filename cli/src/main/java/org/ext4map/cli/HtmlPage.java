package org.ext4map.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.ext4map.Ext4Image;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Finding;
import org.ext4map.check.Severity;
import org.ext4map.inspect.Unread;
import org.ext4map.ondisk.Geometry;

/** The page about one image: head, facts, and a section for each view of it. */
final class HtmlPage {
  private final PageFacts facts;
  private final Ext4Image image;
  private final Geometry geometry;
  private final Html html = new Html();

  HtmlPage(PageFacts facts) {
    this.facts = facts;
    this.image = facts.image();
    this.geometry = image.geometry();
  }

  /** The whole page. */
  String write() throws IOException {
    String name = String.valueOf(facts.file().getFileName());
    html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .raw("<meta name=\"color-scheme\" content=\"light dark\">\n")
        .raw("<meta http-equiv=\"Content-Security-Policy\"")
        .raw(" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
        .raw("<title>")
        .text(name + " – ext4map")
        .raw("</title>\n<style>\n" + css() + "</style>\n</head>\n<body>\n<main>\n");
    head(name);
    tiles();
    new HtmlSpace(html, facts).write();
    new HtmlFiles(html, facts).write();
    problems();
    leftOut();
    html.raw("<footer>Made by ext4map. Numbers are file-system blocks of ")
        .text(geometry.blockSize() + " bytes where nothing else is said.")
        .raw("</footer>\n</main>\n</body>\n</html>\n");
    return html.toString();
  }

  private static String css() throws IOException {
    try (InputStream in = HtmlPage.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IOException("report.css is missing in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void head(String name) {
    CheckReport check = facts.check();
    String verdict =
        switch (check.verdict()) {
          case CLEAN -> "clean";
          case CORRUPT -> "corrupt";
          case REFUSED -> "cannot be checked";
          case CANCELLED -> "not checked to the end";
        };
    html.raw("<header>\n<div><p class=\"kind\">ext4 image</p>")
        .element("h1", "", name)
        .raw("</div>\n")
        .element("span", check.isClean() ? "verdict good" : "verdict bad", verdict)
        .raw("\n</header>\n<p class=\"features\">");
    for (String feature : geometry.features().names()) {
      html.element("span", "", feature);
    }
    html.raw("</p>\n");
  }

  private void tiles() throws IOException {
    long blockSize = geometry.blockSize();
    JournalReport journal = JournalReport.of(image);
    html.raw("<dl class=\"tiles\">\n");
    tile(
        "size",
        Text.bytes(geometry.blocksCount() * blockSize),
        Text.count(geometry.blocksCount(), "block") + " of " + blockSize);
    tile(
        "free",
        Text.bytes(facts.space().blocks() * blockSize),
        Html.percent(facts.space().blocks(), geometry.blocksCount())
            + " in "
            + Text.count(facts.space().runs(), "run"));
    tile(
        "files",
        String.valueOf(facts.files().files()),
        facts.files().fragmented() + " with more extents than needed");
    tile(
        "inodes",
        String.valueOf(geometry.inodesCount() - image.superblock().freeInodesCount()),
        "in use of " + geometry.inodesCount());
    tile(
        "groups",
        String.valueOf(geometry.groupCount()),
        Text.count(geometry.blocksPerGroup(), "block") + " each");
    tile(
        "journal",
        journal.state(),
        journal.detail().isEmpty() ? "view " + Views.word(image) : journal.detail());
    html.raw("</dl>\n");
  }

  private void tile(String label, String value, String more) {
    html.raw("<div>")
        .element("dt", "", label)
        .element("dd", "value", value)
        .element("dd", "more", more)
        .raw("</div>\n");
  }

  private void problems() {
    List<Finding> problems = facts.problems();
    html.raw("<section>\n<h2>Problems</h2>\n");
    if (problems.isEmpty()) {
      html.raw("<p class=\"calm\">check found nothing to object to.</p>\n</section>\n");
      return;
    }
    html.raw("<ul class=\"problems\">\n");
    for (Finding finding : problems) {
      Severity severity = finding.problem().severity();
      html.raw("<li>")
          .element("span", "pill " + severity.label(), severity.label())
          .element("code", "", finding.problem().label())
          .element("p", "", finding.message())
          .raw("</li>\n");
    }
    html.raw("</ul>\n");
    long more = facts.check().problemCount() - problems.size();
    if (more > 0) {
      html.element("p", "note", more + " more findings; ext4map check lists them all.");
    }
    html.raw("</section>\n");
  }

  private void leftOut() {
    Unread unread = facts.files().unread();
    Unread groups = facts.space().unread();
    if (unread.count() + groups.count() == 0) {
      return;
    }
    html.raw("<section>\n<h2>Not readable</h2>\n<p>");
    html.text(Text.count(unread.count() + groups.count(), "place") + " could not be read; first: ")
        .element("code", "", unread.count() > 0 ? unread.first() : groups.first())
        .raw("</p>\n</section>\n");
  }
}
