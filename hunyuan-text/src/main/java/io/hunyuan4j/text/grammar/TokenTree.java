package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The bytes of tokens as a tree, its nodes in preorder. Node 0 is the root. Children stand by
 * falling {@link #plainBound}, so that those that can be skipped for it are the last.
 */
final class TokenTree {
  /** The {@link #plainLength} of a token that is not plain. */
  static final int NOT_PLAIN = Integer.MAX_VALUE;

  /** What {@link #token} returns where no token ends. */
  static final int NONE = -1;

  private final byte[] values;
  private final int[] depths;
  private final int[] ends;
  private final int[] tokens;
  private final int[] plainBounds;
  private final int[] twins;

  private TokenTree(int nodes, int[] twins) {
    values = new byte[nodes];
    depths = new int[nodes];
    ends = new int[nodes];
    tokens = new int[nodes];
    plainBounds = new int[nodes];
    this.twins = twins;
  }

  /** The tree of the tokens that have bytes. */
  static TokenTree of(byte[][] bytes) {
    int[] order =
        IntStream.range(0, bytes.length)
            .filter(id -> bytes[id].length > 0)
            .boxed()
            .sorted(
                Comparator.comparing((Integer id) -> bytes[id], Arrays::compareUnsigned)
                    .thenComparing(Comparator.naturalOrder()))
            .mapToInt(Integer::intValue)
            .toArray();
    return new Building(bytes, order).tree();
  }

  /** How many characters a token has, all of {@link CodePointSet#PLAIN}, or NOT_PLAIN. */
  static int plainLength(byte[] token) {
    for (byte b : token) {
      if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
        return NOT_PLAIN;
      }
    }
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(token)).toString();
      return text.codePointCount(0, text.length());
    } catch (CharacterCodingException e) {
      return NOT_PLAIN;
    }
  }

  int size() {
    return values.length;
  }

  /** The last byte of the path to a node, from 0 to 255. */
  int value(int node) {
    return values[node] & 0xFF;
  }

  /** Bytes on the path to a node. */
  int depth(int node) {
    return depths[node];
  }

  /** The node after the last one below a node. */
  int end(int node) {
    return ends[node];
  }

  /** The lowest id of a token that ends at a node, or {@link #NONE}. */
  int token(int node) {
    return tokens[node];
  }

  /** The next id with the same bytes, or {@link #NONE}. */
  int twin(int token) {
    return twins[token];
  }

  /** The greatest {@link #plainLength} of a token at or below a node. */
  int plainBound(int node) {
    return plainBounds[node];
  }

  /** The child of the root with this byte, or −1 unless a token ends there. */
  int child(int value) {
    for (int node = 1; node < size(); node = ends[node]) {
      if (value(node) == value && tokens[node] != NONE) {
        return node;
      }
    }
    return -1;
  }

  /** A tree in the order of the bytes, before children are put into order. */
  private static final class Building {
    private final byte[][] bytes;
    private final List<List<Integer>> children = new ArrayList<>();
    private final IntList values = new IntList();
    private final IntList tokens = new IntList();
    private final IntList bounds = new IntList();
    private final int[] twins;

    Building(byte[][] bytes, int[] order) {
      this.bytes = bytes;
      this.twins = new int[bytes.length];
      Arrays.fill(twins, NONE);
      add(0);
      int[] path = new int[1];
      byte[] previous = new byte[0];
      int last = NONE;
      for (int id : order) {
        byte[] token = bytes[id];
        int shared = Arrays.mismatch(previous, token);
        if (shared < 0) {
          twins[last] = id;
        } else {
          path = Arrays.copyOf(path, Math.max(path.length, token.length + 1));
          for (int depth = shared; depth < token.length; depth++) {
            int node = add(token[depth]);
            children.get(path[depth]).add(node);
            path[depth + 1] = node;
          }
          tokens.set(path[token.length], id);
        }
        previous = token;
        last = id;
      }
      for (int node = values.size() - 1; node >= 0; node--) {
        int bound = tokens.get(node) == NONE ? 0 : plainLength(bytes[tokens.get(node)]);
        for (int child : children.get(node)) {
          bound = Math.max(bound, bounds.get(child));
        }
        bounds.set(node, bound);
      }
    }

    private int add(int value) {
      values.add(value);
      tokens.add(NONE);
      bounds.add(0);
      children.add(new ArrayList<>(1));
      return values.size() - 1;
    }

    TokenTree tree() {
      TokenTree tree = new TokenTree(values.size(), twins);
      int[] parents = new int[values.size()];
      List<Integer> pending = new ArrayList<>(List.of(0));
      List<Integer> parentOf = new ArrayList<>(List.of(0));
      int next = 0;
      while (!pending.isEmpty()) {
        int node = pending.removeLast();
        int parent = parentOf.removeLast();
        parents[next] = parent;
        tree.values[next] = (byte) values.get(node);
        tree.tokens[next] = tokens.get(node);
        tree.plainBounds[next] = bounds.get(node);
        tree.depths[next] = next == 0 ? 0 : tree.depths[parent] + 1;
        tree.ends[next] = next + 1;
        List<Integer> below = children.get(node);
        below.sort(Comparator.comparingInt(bounds::get)); // the last one is taken first
        for (int child : below) {
          pending.add(child);
          parentOf.add(next);
        }
        next++;
      }
      for (int node = next - 1; node > 0; node--) {
        tree.ends[parents[node]] = Math.max(tree.ends[parents[node]], tree.ends[node]);
      }
      return tree;
    }
  }
}
