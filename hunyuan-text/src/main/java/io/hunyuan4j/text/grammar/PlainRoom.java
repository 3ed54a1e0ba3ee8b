package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.Node.ByteRange;
import io.hunyuan4j.text.grammar.Program.NodeFacts;
import io.hunyuan4j.text.grammar.Program.Plain;
import io.hunyuan4j.text.grammar.State.Thread;
import org.jspecify.annotations.Nullable;

/** How many characters of {@link CodePointSet#PLAIN} a state admits, whichever they are. */
final class PlainRoom {
  private final Program program;

  PlainRoom(Program program) {
    this.program = program;
  }

  /** So many plain characters may certainly follow; {@link Expression#UNBOUNDED} without end. */
  int of(State state) {
    int most = 0;
    for (Thread thread : state.threads) {
      most = Math.max(most, of(thread));
    }
    return most;
  }

  private int of(Thread thread) {
    NodeFacts facts = program.factsOf(thread.node());
    Node.Loop loop = loopOf(thread);
    if (loop == null) {
      return facts.plain() == Plain.LOOP ? Expression.UNBOUNDED : facts.plainDepth();
    }
    return loop.max() == Expression.UNBOUNDED
        ? Expression.UNBOUNDED
        : loop.max() - thread.frame().count + 1;
  }

  /** The loop whose rounds read one plain character each, if the thread is at such a beginning. */
  private Node.@Nullable Loop loopOf(Thread thread) {
    Node.Loop loop = program.characterLoop(thread.frame().node);
    boolean begins =
        loop != null
            && loop.body() == thread.node()
            && program.factsOf(thread.node()).plain() == Plain.ONE;
    return begins ? loop : null;
  }

  /**
   * Whether plain characters lead to states that depend only on their number: one thread reads them
   * all in a loop, and no other reads any.
   */
  boolean isUniform(State state) {
    int readers = 0;
    for (Thread thread : state.threads) {
      if (readsPlain(thread.node())) {
        readers++;
        boolean loops =
            program.factsOf(thread.node()).plain() == Plain.LOOP || loopOf(thread) != null;
        if (!loops) {
          return false;
        }
      }
    }
    return readers == 1;
  }

  private boolean readsPlain(int node) {
    if (!(program.node(node) instanceof Node.Bytes reading)) {
      return false;
    }
    for (ByteRange range : reading.ranges()) {
      for (int value = range.low(); value <= range.high(); value++) {
        boolean escape = value < ' ' || value == '"' || value == '\\';
        boolean continuation = value >= 0x80 && value < 0xC0;
        if (!escape && !continuation) {
          return true;
        }
      }
    }
    return false;
  }
}
