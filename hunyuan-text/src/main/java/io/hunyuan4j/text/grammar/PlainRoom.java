package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.Node.ByteRange;
import io.hunyuan4j.text.grammar.Program.NodeFacts;
import io.hunyuan4j.text.grammar.Program.Plain;
import io.hunyuan4j.text.grammar.State.Thread;
import org.jspecify.annotations.Nullable;

/**
 * What plain tokens do: how many characters of {@link CodePointSet#PLAIN} a state admits, whichever
 * they are.
 */
final class PlainRoom {
  /** No plain token has more characters. */
  static final int ALL = TokenTree.NOT_PLAIN - 1;

  private final Program program;
  private final Recognizer recognizer;
  private final int longestPlain;

  /**
   * The room in states of a recognizer.
   *
   * @param longestPlain the most characters of a plain token
   */
  PlainRoom(Recognizer recognizer, int longestPlain) {
    this.program = recognizer.program();
    this.recognizer = recognizer;
    this.longestPlain = longestPlain;
  }

  /** So many plain characters may certainly follow; {@link Expression#UNBOUNDED} without end. */
  int of(State state) {
    int most = 0;
    for (Thread thread : state.threads) {
      most = Math.max(most, of(thread));
    }
    return most;
  }

  /**
   * Plain tokens of up to so many characters need not be walked: those that the room admits are
   * known, and if it is {@link #ALL}, no longer ones may follow.
   */
  int ofWalk(State state) {
    int room = of(state);
    if (room >= longestPlain || !isUniform(state)) {
      return room;
    }
    // What comes after a loop may come after any of its rounds: then it shows behind the last one.
    State last = state;
    for (int i = 0; i < room; i++) {
      last = recognizer.step(last, 'a');
    }
    for (Thread thread : last.threads) {
      if (readsPlain(thread.node())) {
        return room;
      }
    }
    return ALL;
  }

  /** The state to which all plain tokens lead from this one, or null if that is not certain. */
  @Nullable State loopOf(State state) {
    if (!state.isLoopKnown) {
      state.isLoopKnown = true;
      if (of(state) == Expression.UNBOUNDED && isUniform(state)) {
        State next = recognizer.step(state, 'a');
        state.loop = recognizer.step(next, 'a') == next ? next : null;
      }
    }
    return state.loop;
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
