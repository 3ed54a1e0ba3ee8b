package io.hunyuan4j.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of cells, printed in columns that line up. */
final class Table {
  private static final String GAP = "  ";

  private final String alignment;
  private final List<List<String>> rows = new ArrayList<>();

  /** An empty table; {@code alignment} has one letter a column, {@code l} or {@code r}. */
  Table(String alignment) {
    this.alignment = alignment;
  }

  /** Appends a row of as many cells as there are columns. */
  Table row(String... cells) {
    if (cells.length != alignment.length()) {
      throw new IllegalArgumentException(
          "%d cells for %d columns".formatted(cells.length, alignment.length()));
    }
    rows.add(Arrays.stream(cells).map(Table::printable).toList());
    return this;
  }

  /** How many rows there are. */
  int rowCount() {
    return rows.size();
  }

  /** Prints all rows, indented. */
  void print(TextOutput out) {
    int[] widths = new int[alignment.length()];
    for (List<String> row : rows) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], length(row.get(column)));
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = row.get(column);
        String padding = " ".repeat(widths[column] - length(cell));
        line.append(GAP).append(alignment.charAt(column) == 'r' ? padding + cell : cell + padding);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  /**
   * A cell without the characters that could garble a terminal, which may come from a hostile file.
   */
  private static String printable(String cell) {
    StringBuilder shown = new StringBuilder();
    cell.codePoints()
        .forEach(
            point -> {
              switch (Character.getType(point)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    shown.append("\\u%04x".formatted(point));
                default -> shown.appendCodePoint(point);
              }
            });
    return shown.toString();
  }
}
