package io.hunyuan4j.text.grammar;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** For each rule of a program the bytes that may come after it, in whatever place. */
final class FollowBytes {
  private final Program program;
  private final long[] leastBytes;

  /** By node what may be read first from there, without returning from its rule; then by rule. */
  private final ByteSets sets;

  private FollowBytes(Program program, long[] leastBytes) {
    this.program = program;
    this.leastBytes = leastBytes;
    this.sets = new ByteSets(program.nodes().size() + program.ruleSizes().size());
  }

  /** The bytes by rule. */
  static List<BitSet> of(Program program, long[] leastBytes) {
    return new FollowBytes(program, leastBytes).follow();
  }

  private List<BitSet> follow() {
    program.tailCalls().forEach(call -> sets.include(after(call.caller()), after(call.callee())));
    for (int node = 0; node < program.nodes().size(); node++) {
      int set = node;
      switch (program.node(node)) {
        case Node.Bytes bytes -> {
          bytes.ranges().forEach(range -> sets.add(set, range.low(), range.high()));
          if (bytes.next() != Node.NONE) {
            sets.include(bytes.next(), set);
          }
        }
        case Node.Split split -> split.targets().forEach(target -> sets.include(target, set));
        case Node.Extra extra -> {
          sets.include(extra.next(), set);
          sets.include(extra.addition(), set);
        }
        case Node.Call call -> {
          sets.include(call.start(), set);
          if (leastBytes[call.start()] == 0) {
            sets.include(call.next(), set);
          }
          called(set, call.start(), call.next());
        }
        case Node.Loop loop -> {
          sets.include(loop.body(), set);
          sets.include(loop.exit(), set);
          called(set, loop.body(), loop.body());
          called(set, loop.body(), loop.exit());
        }
        case Node.End end -> {}
      }
    }
    sets.settle();
    List<BitSet> follow = new ArrayList<>();
    for (int rule = 0; rule < program.ruleSizes().size(); rule++) {
      follow.add(sets.get(after(rule)));
    }
    return follow;
  }

  /** Notes that the rule that begins at {@code start} may return to {@code next}. */
  private void called(int caller, int start, int next) {
    int callee = after(program.factsOf(start).rule());
    sets.include(next, callee);
    if (next == Program.END || leastBytes[next] == 0) {
      sets.include(after(program.factsOf(caller).rule()), callee);
    }
  }

  private int after(int rule) {
    return program.nodes().size() + rule;
  }
}
