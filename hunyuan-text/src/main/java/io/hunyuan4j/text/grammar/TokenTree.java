package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * The bytes of tokens as a tree, its nodes in preorder. Node 0 is the root. Children stand by
 * falling {@link #plainBound}, so that those that can be skipped for it are the last.
 */
final class TokenTree {
  /** The {@link #plainLength} of a token that is not plain. */
  static final int NOT_PLAIN = Integer.MAX_VALUE;

  private static final int NONE = -1;

  private final byte[] values;
  private final int[] depths;
  private final int[] ends;
  private final int[] plainBounds;
  private final int[] firstTokens; // by node, and one more: where its tokens begin
  private final int[] tokens;
  private final int[] plainLengths; // by id

  private TokenTree(int nodes, int[] firstTokens, int[] tokens, int[] plainLengths) {
    this.values = new byte[nodes];
    this.depths = new int[nodes];
    this.ends = new int[nodes];
    this.plainBounds = new int[nodes];
    this.firstTokens = firstTokens;
    this.tokens = tokens;
    this.plainLengths = plainLengths;
  }

  /** The tree of the tokens that have bytes. */
  static TokenTree of(byte[][] bytes) {
    int[] plainLengths = new int[bytes.length];
    Building building = new Building(plainLengths);
    for (int id = 0; id < bytes.length; id++) {
      plainLengths[id] = plainLength(bytes[id]);
      int at = 0;
      for (byte b : bytes[id]) {
        at = building.child(at, b & 0xFF);
      }
      if (at != 0) {
        building.nodeOf[id] = at;
      }
    }
    return building.tree();
  }

  /** The tree in which bytes of one class are one, without the tokens that no node reads. */
  TokenTree merged(ByteClasses classes) {
    Building building = new Building(plainLengths);
    int[] path = new int[16];
    int node = 1;
    while (node < size()) {
      if (!classes.isRead(value(node))) {
        node = ends[node];
        continue;
      }
      int depth = depths[node];
      if (depth >= path.length) {
        path = Arrays.copyOf(path, 2 * depth);
      }
      path[depth] = building.child(path[depth - 1], classes.first(value(node)));
      for (int i = firstTokens[node]; i < firstTokens[node + 1]; i++) {
        building.nodeOf[tokens[i]] = path[depth];
      }
      node++;
    }
    return building.tree();
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

  /** How many tokens end at a node. */
  int tokens(int node) {
    return firstTokens[node + 1] - firstTokens[node];
  }

  /** Where the tokens that end at a node begin among all; they stand in the order of nodes. */
  int firstToken(int node) {
    return firstTokens[node];
  }

  /** The id of a token by its place among all. */
  int token(int place) {
    return tokens[place];
  }

  /** The greatest {@link #plainLength} of a token at or below a node. */
  int plainBound(int node) {
    return plainBounds[node];
  }

  /** Whether a token is this one byte. */
  boolean hasByte(int value) {
    for (int node = 1; node < size(); node = ends[node]) {
      if (value(node) == value && tokens(node) > 0) {
        return true;
      }
    }
    return false;
  }

  /** A tree whose nodes stand in the order in which they were met: parents before children. */
  private static final class Building {
    final int[] nodeOf; // by id of a token: where it ends
    private final int[] plainLengths;
    private final IntList values = new IntList();
    private final IntList parents = new IntList();
    private final IntList firstChildren = new IntList();
    private final IntList siblings = new IntList();

    Building(int[] plainLengths) {
      this.plainLengths = plainLengths;
      this.nodeOf = new int[plainLengths.length];
      Arrays.fill(nodeOf, NONE);
      add(NONE, 0);
    }

    private int add(int parent, int value) {
      values.add(value);
      parents.add(parent);
      firstChildren.add(NONE);
      siblings.add(NONE);
      return values.size() - 1;
    }

    /** The child of a node with this byte, made if it is new. */
    int child(int parent, int value) {
      int child = firstChildren.get(parent);
      while (child != NONE && values.get(child) != value) {
        child = siblings.get(child);
      }
      if (child == NONE) {
        child = add(parent, value);
        siblings.set(child, firstChildren.get(parent));
        firstChildren.set(parent, child);
      }
      return child;
    }

    TokenTree tree() {
      int[] bounds = bounds();
      order(bounds);
      int[] numbers = numbers();
      TokenTree tree = withTokens(numbers);
      for (int node = 0; node < numbers.length; node++) {
        int number = numbers[node];
        tree.values[number] = (byte) values.get(node);
        tree.plainBounds[number] = bounds[node];
        tree.ends[number] = number + 1;
        tree.depths[number] = node == 0 ? 0 : tree.depths[numbers[parents.get(node)]] + 1;
      }
      for (int node = numbers.length - 1; node > 0; node--) {
        int parent = numbers[parents.get(node)];
        tree.ends[parent] = Math.max(tree.ends[parent], tree.ends[numbers[node]]);
      }
      return tree;
    }

    private int[] bounds() {
      int[] bounds = new int[values.size()];
      for (int id = 0; id < nodeOf.length; id++) {
        if (nodeOf[id] != NONE) {
          bounds[nodeOf[id]] = Math.max(bounds[nodeOf[id]], plainLengths[id]);
        }
      }
      for (int node = bounds.length - 1; node > 0; node--) {
        int parent = parents.get(node);
        bounds[parent] = Math.max(bounds[parent], bounds[node]);
      }
      return bounds;
    }

    /** Puts children into order. */
    private void order(int[] bounds) {
      for (int node = 0; node < bounds.length; node++) {
        firstChildren.set(node, NONE);
      }
      for (int node = 1; node < bounds.length; node++) {
        int before = NONE;
        int after = firstChildren.get(parents.get(node));
        while (after != NONE && bounds[after] > bounds[node]) {
          before = after;
          after = siblings.get(after);
        }
        siblings.set(node, after);
        if (before == NONE) {
          firstChildren.set(parents.get(node), node);
        } else {
          siblings.set(before, node);
        }
      }
    }

    /** The places of the nodes in preorder. */
    private int[] numbers() {
      int[] numbers = new int[values.size()];
      int node = 0;
      for (int number = 0; number < numbers.length; number++) {
        numbers[node] = number;
        int next = firstChildren.get(node);
        while (next == NONE && node != 0) {
          next = siblings.get(node);
          node = parents.get(node);
        }
        node = next;
      }
      return numbers;
    }

    private TokenTree withTokens(int[] numbers) {
      int[] firstTokens = new int[numbers.length + 1];
      for (int at : nodeOf) {
        if (at != NONE) {
          firstTokens[numbers[at] + 1]++;
        }
      }
      for (int number = 0; number < numbers.length; number++) {
        firstTokens[number + 1] += firstTokens[number];
      }
      int[] next = firstTokens.clone();
      int[] tokens = new int[firstTokens[numbers.length]];
      for (int id = 0; id < nodeOf.length; id++) {
        if (nodeOf[id] != NONE) {
          tokens[next[numbers[nodeOf[id]]]++] = id;
        }
      }
      return new TokenTree(numbers.length, firstTokens, tokens, plainLengths);
    }
  }
}
