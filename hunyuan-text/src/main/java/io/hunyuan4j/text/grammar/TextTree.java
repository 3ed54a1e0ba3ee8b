package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.hunyuan4j.text.grammar.Node.ByteRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that read one of many texts: a tree by their bytes, so that texts that begin alike are
 * read once, of which equal parts are one.
 */
final class TextTree {
  private final IntList values = new IntList();
  private final IntList parents = new IntList();
  private final BitSet ends = new BitSet();

  private TextTree(List<String> texts) {
    byte[][] sorted =
        texts.stream()
            .map(text -> text.getBytes(UTF_8))
            .sorted(Arrays::compareUnsigned)
            .toArray(byte[][]::new);
    int[] path = new int[1];
    byte[] previous = new byte[0];
    add(0, 0);
    for (byte[] text : sorted) {
      int shared = Arrays.mismatch(previous, text);
      path = Arrays.copyOf(path, Math.max(path.length, text.length + 1));
      for (int depth = shared; depth >= 0 && depth < text.length; depth++) {
        path[depth + 1] = add(text[depth] & 0xFF, path[depth]);
      }
      ends.set(path[text.length]);
      previous = text;
    }
  }

  private int add(int value, int parent) {
    values.add(value);
    parents.add(parent);
    return values.size() - 1;
  }

  /**
   * Makes the nodes of some texts; returns the first.
   *
   * @param next where they lead
   * @param node makes a node
   */
  static int nodes(List<String> texts, int next, Function<Node.Bytes, Integer> node) {
    return new TextTree(texts).nodes(next, node);
  }

  private int nodes(int next, Function<Node.Bytes, Integer> node) {
    Map<Node.Bytes, Integer> made = new HashMap<>();
    List<@Nullable List<ByteRange>> below = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      below.add(null);
    }
    int number = next;
    for (int i = values.size() - 1; i >= 0; i--) { // what is below comes first
      List<ByteRange> ranges = below.get(i);
      below.set(i, null);
      boolean isEnd = ends.get(i);
      if (ranges == null && isEnd) {
        number = next;
      } else {
        List<ByteRange> rising = ranges == null ? List.of() : List.copyOf(ranges.reversed());
        number =
            made.computeIfAbsent(new Node.Bytes(rising, isEnd ? next : Node.NONE), node::apply);
      }
      if (i > 0) {
        List<ByteRange> siblings = below.get(parents.get(i));
        if (siblings == null) {
          siblings = new ArrayList<>(1);
          below.set(parents.get(i), siblings);
        }
        siblings.add(new ByteRange(values.get(i), values.get(i), number));
      }
    }
    return number;
  }
}
