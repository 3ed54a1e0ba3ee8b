package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.Edge;
import io.hunyuan4j.text.grammar.Expression.Encoding;
import io.hunyuan4j.text.grammar.Node.ByteRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.ToIntFunction;

/**
 * Cuts edges over code points into edges over bytes: UTF-8, and escapes within JSON strings. Makes
 * the nodes between the bytes of one character through {@code node}, which returns the same number
 * for the same ranges.
 */
final class ByteNodes {
  private static final String SHORT_ESCAPED = "\"\\\b\f\n\r\t";
  private static final String SHORT_LETTERS = "\"\\bfnrt";
  private static final int CONTINUATIONS = 64;

  private final ToIntFunction<List<ByteRange>> node;

  ByteNodes(ToIntFunction<List<ByteRange>> node) {
    this.node = node;
  }

  /**
   * The first bytes of what the edges read.
   *
   * @param edges ascending, apart
   * @param nodeOf the node of a target of an edge
   */
  List<ByteRange> ranges(List<Edge> edges, Encoding encoding, IntUnaryOperator nodeOf) {
    List<Edge> direct = new ArrayList<>();
    List<Edge> escaped = new ArrayList<>();
    for (Edge edge : edges) {
      int target = nodeOf.applyAsInt(edge.target());
      if (encoding == Encoding.JSON) {
        split(new Edge(edge.low(), edge.high(), target), direct, escaped);
      } else {
        direct.add(new Edge(edge.low(), edge.high(), target));
      }
    }
    List<ByteRange> ranges = new ArrayList<>();
    for (Edge edge : direct) {
      if (edge.low() < 0x80) {
        append(ranges, edge.low(), Math.min(edge.high(), 0x7F), edge.target());
      }
    }
    for (int lead = 0xC2; lead <= 0xF4; lead++) {
      int continuations = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
      int bits = 6 * continuations;
      int low = (lead & (0x3F >> continuations)) << bits;
      int target = block(continuations, low, direct);
      if (target != Node.NONE) {
        append(ranges, lead, lead, target);
      }
    }
    if (!escaped.isEmpty()) {
      ranges.add(new ByteRange('\\', '\\', afterBackslash(escaped)));
      ranges.sort((a, b) -> Integer.compare(a.low(), b.low()));
    }
    return ranges;
  }

  /** Sorts what an edge reads by whether JSON writes it as it is. */
  private static void split(Edge edge, List<Edge> direct, List<Edge> escaped) {
    for (int c = edge.low(); c <= Math.min(edge.high(), '\\'); c++) {
      if (c < ' ' || c == '"' || c == '\\') {
        escaped.add(new Edge(c, c, edge.target()));
      }
    }
    for (CodePointSet.Range plain : CodePointSet.PLAIN.ranges()) {
      int low = Math.max(plain.low(), edge.low());
      int high = Math.min(plain.high(), edge.high());
      if (low <= high) {
        direct.add(new Edge(low, high, edge.target()));
      }
    }
  }

  private static void append(List<ByteRange> ranges, int low, int high, int target) {
    if (!ranges.isEmpty()
        && ranges.getLast().target() == target
        && ranges.getLast().high() + 1 == low) {
      ranges.set(ranges.size() - 1, new ByteRange(ranges.getLast().low(), high, target));
    } else {
      ranges.add(new ByteRange(low, high, target));
    }
  }

  /** The node that reads the last bytes of a block of code points, or none if no edge meets it. */
  private int block(int continuations, int low, List<Edge> edges) {
    int size = 1 << (6 * continuations);
    List<Edge> inside = new ArrayList<>();
    for (Edge edge : edges) {
      if (edge.low() < low + size && edge.high() >= low) {
        inside.add(edge);
      }
    }
    // Forms that are longer than needed would be another spelling of a shorter character.
    int least = continuations == 2 ? 0x800 : continuations == 3 ? 0x10000 : 0x80;
    if (low < least) {
      inside.removeIf(edge -> edge.high() < least);
      inside.replaceAll(edge -> new Edge(Math.max(edge.low(), least), edge.high(), edge.target()));
    }
    return inside.isEmpty() ? Node.NONE : continuation(continuations, low, inside);
  }

  private int continuation(int continuations, int low, List<Edge> edges) {
    int size = 1 << (6 * (continuations - 1));
    List<ByteRange> ranges = new ArrayList<>();
    Edge whole = edges.getFirst();
    if (whole.low() <= low && whole.high() >= low + size * CONTINUATIONS - 1) {
      int target =
          continuations == 1 ? whole.target() : continuation(continuations - 1, low, edges);
      return node.applyAsInt(List.of(new ByteRange(0x80, 0xBF, target)));
    }
    int first = 0;
    for (int i = 0; i < CONTINUATIONS; i++) {
      int from = low + i * size;
      while (first < edges.size() && edges.get(first).high() < from) {
        first++;
      }
      int last = first;
      while (last < edges.size() && edges.get(last).low() < from + size) {
        last++;
      }
      if (first < last) {
        List<Edge> inside = edges.subList(first, last);
        int target =
            continuations == 1
                ? inside.getFirst().target()
                : continuation(continuations - 1, from, inside);
        append(ranges, 0x80 + i, 0x80 + i, target);
      }
    }
    return node.applyAsInt(ranges);
  }

  private int afterBackslash(List<Edge> escaped) {
    List<ByteRange> letters = new ArrayList<>();
    List<List<ByteRange>> hexadecimal = List.of(new ArrayList<>(), new ArrayList<>());
    for (Edge edge : escaped) {
      int shortForm = SHORT_ESCAPED.indexOf(edge.low());
      if (shortForm >= 0) {
        int letter = SHORT_LETTERS.charAt(shortForm);
        letters.add(new ByteRange(letter, letter, edge.target()));
      } else {
        int digit = Character.forDigit(edge.low() & 0xF, 16);
        append(hexadecimal.get(edge.low() >> 4), digit, digit, edge.target());
      }
    }
    List<ByteRange> tens = new ArrayList<>();
    for (int ten = 0; ten < 2; ten++) {
      if (!hexadecimal.get(ten).isEmpty()) {
        append(tens, '0' + ten, '0' + ten, node.applyAsInt(hexadecimal.get(ten)));
      }
    }
    if (!tens.isEmpty()) {
      int zero = node.applyAsInt(List.of(new ByteRange('0', '0', node.applyAsInt(tens))));
      int u = node.applyAsInt(List.of(new ByteRange('0', '0', zero)));
      letters.add(new ByteRange('u', 'u', u));
    }
    letters.sort((a, b) -> Integer.compare(a.low(), b.low()));
    return node.applyAsInt(letters);
  }
}
