package io.hunyuan4j.text.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** For each rule of a program the bytes that may come after it, in whatever place. */
final class FollowBytes {
  private final Program program;
  private final long[] leastBytes;
  private final List<BitSet> follow = new ArrayList<>();

  /** {@code after} may follow wherever {@code rule} may. */
  private record Inheritance(int rule, int after) {}

  private FollowBytes(Program program, long[] leastBytes) {
    this.program = program;
    this.leastBytes = leastBytes;
  }

  /** The bytes by rule. */
  static List<BitSet> of(Program program, long[] leastBytes) {
    FollowBytes sets = new FollowBytes(program, leastBytes);
    sets.run();
    return sets.follow;
  }

  private void run() {
    program.ruleSizes().forEach(size -> follow.add(new BitSet(256)));
    List<Inheritance> inheritances = new ArrayList<>();
    program
        .tailCalls()
        .forEach(call -> inheritances.add(new Inheritance(call.caller(), call.callee())));
    for (int node = 0; node < program.nodes().size(); node++) {
      int rule = program.factsOf(node).rule();
      switch (program.node(node)) {
        case Node.Call call -> called(call.start(), List.of(call.next()), rule, inheritances);
        case Node.Loop loop ->
            called(loop.body(), List.of(loop.body(), loop.exit()), rule, inheritances);
        case Node.Bytes bytes -> {}
        case Node.Split split -> {}
        case Node.Extra extra -> {}
        case Node.End end -> {}
      }
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Inheritance inheritance : inheritances) {
        BitSet after = follow.get(inheritance.after());
        int before = after.cardinality();
        after.or(follow.get(inheritance.rule()));
        changed |= after.cardinality() > before;
      }
    }
  }

  private void called(int start, List<Integer> nexts, int caller, List<Inheritance> inheritances) {
    int callee = program.factsOf(start).rule();
    for (int next : nexts) {
      first(next, follow.get(callee));
      if (next == Program.END || leastBytes[next] == 0) {
        inheritances.add(new Inheritance(caller, callee));
      }
    }
  }

  /** Adds the bytes that may be read first from a node on, without returning from its rule. */
  private void first(int from, BitSet into) {
    BitSet seen = new BitSet();
    List<Integer> pending = new ArrayList<>(List.of(from));
    while (!pending.isEmpty()) {
      int node = pending.removeLast();
      if (seen.get(node)) {
        continue;
      }
      seen.set(node);
      switch (program.node(node)) {
        case Node.Bytes bytes -> {
          bytes.ranges().forEach(range -> into.set(range.low(), range.high() + 1));
          if (bytes.next() != Node.NONE) {
            pending.add(bytes.next());
          }
        }
        case Node.Split split -> pending.addAll(split.targets());
        case Node.Extra extra -> {
          pending.add(extra.next());
          pending.add(extra.addition());
        }
        case Node.Call call -> {
          pending.add(call.start());
          if (leastBytes[call.start()] == 0) {
            pending.add(call.next());
          }
        }
        case Node.Loop loop -> {
          pending.add(loop.body());
          pending.add(loop.exit());
        }
        case Node.End end -> {}
      }
    }
  }
}
