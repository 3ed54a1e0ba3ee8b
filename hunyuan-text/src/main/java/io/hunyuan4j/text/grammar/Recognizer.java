package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.Node.ByteRange;
import io.hunyuan4j.text.grammar.State.Thread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program over bytes: a pushdown automaton whose sets of readings are made into states when
 * they are first met, and kept. From every state but the dead one an end can be reached. Not
 * thread-safe: its owner guards it.
 */
final class Recognizer {
  /** More readings of one text at a time than this are an error. */
  private static final int MAX_THREADS = 4096;

  /** More places of the grammar reached without reading are one too: rules can double them. */
  private static final int MAX_ITEMS = 100_000;

  private static final int STATE_BYTES = 160;
  private static final int THREAD_BYTES = 40;
  private static final int FRAME_BYTES = 160;

  /** Which ways a text may take. */
  enum Ways {
    ALL,
    /** None through {@link Node.Extra#addition}. */
    SHORT
  }

  private final Program program;
  private final Ways ways;
  private final long[] leastBytes;
  private final ByteClasses classes;
  private final State dead = new State(List.of(), false, ByteCounts.NEVER);
  private Map<FrameKey, Frame> frames = new HashMap<>();
  private Map<List<Thread>, State> bySeeds = new HashMap<>();
  private Map<StateKey, State> states = new HashMap<>();
  private Frame bottom;
  private int nextFrame;
  private long bytes;
  private long steps;
  private long mostSteps = Long.MAX_VALUE;

  private record FrameKey(int node, int count, int parent) {}

  private record StateKey(List<Thread> threads, boolean accepting) {}

  Recognizer(Program program, long[] leastBytes, ByteClasses classes, Ways ways) {
    this.program = program;
    this.leastBytes = leastBytes;
    this.ways = ways;
    this.classes = classes;
    this.bottom = newBottom();
  }

  private Frame newBottom() {
    return new Frame(Node.NONE, 0, null, 0, nextFrame++);
  }

  Program program() {
    return program;
  }

  Frame bottom() {
    return bottom;
  }

  long leastBytes(int node) {
    return leastBytes[node];
  }

  /** Roughly what is kept, in bytes. */
  long bytes() {
    return bytes;
  }

  /** Notes that a cache within a state has grown. */
  void grew(long byBytes) {
    bytes += byBytes;
  }

  /** What has been done to make states, roughly in readings followed. */
  long steps() {
    return steps;
  }

  /** Makes it an error to do more than so many further steps, until it is said anew. */
  void limitSteps(long further) {
    mostSteps = steps + further;
  }

  private void spend(long further) {
    steps += further;
    if (steps > mostSteps) {
      throw new GrammarException(
          "", "the grammar can read the text in so many ways that a token takes too many steps");
    }
  }

  /** Forgets all states; {@link #renewed} brings back those still needed. */
  void clear() {
    states.values().forEach(State::clear);
    frames = new HashMap<>();
    bySeeds = new HashMap<>();
    states = new HashMap<>();
    bottom = newBottom();
    bytes = 0;
  }

  /** The state among those that are kept now which equals one from before a {@link #clear}. */
  State renewed(State state) {
    List<Thread> threads = new ArrayList<>();
    Map<Integer, Frame> known = new HashMap<>();
    for (Thread thread : state.threads) {
      threads.add(new Thread(thread.node(), renewed(thread.frame(), known)));
    }
    return intern(threads, state.accepting);
  }

  private Frame renewed(Frame frame, Map<Integer, Frame> known) {
    List<Frame> path = new ArrayList<>();
    Frame at = frame;
    while (at.parent != null && !known.containsKey(at.id)) {
      path.add(at);
      at = at.below();
    }
    Frame made = at.parent == null ? bottom : known.getOrDefault(at.id, bottom);
    for (Frame old : path.reversed()) {
      made = push(old.node, old.count, made);
      known.put(old.id, made);
    }
    return made;
  }

  /** The state before any text. */
  State start() {
    return at(program.start(), 0);
  }

  /** The state at a node with nothing below it; {@code count} rounds done where it is a loop. */
  State at(int node, int count) {
    Closure closure = new Closure();
    closure.add(node, count, bottom);
    return closure.state();
  }

  /** The state after one more byte, from 0 to 255. */
  State step(State state, int value) {
    int byteClass = classes.of(value);
    State known = state.next(byteClass);
    if (known == null) {
      known = stepped(state, value);
      bytes += state.keep(byteClass, known, classes.count());
    }
    return known;
  }

  private State stepped(State state, int value) {
    spend(1 + state.threads.size());
    List<Thread> seeds = new ArrayList<>();
    for (Thread thread : state.threads) {
      Node.Bytes reading = (Node.Bytes) program.node(thread.node());
      for (ByteRange range : reading.ranges()) {
        if (range.low() <= value && value <= range.high()) {
          seeds.add(new Thread(range.target(), thread.frame()));
        }
      }
    }
    if (seeds.isEmpty()) {
      return dead;
    }
    State known = bySeeds.get(seeds);
    if (known == null) {
      Closure closure = new Closure();
      seeds.forEach(seed -> closure.add(seed.node(), 0, seed.frame()));
      known = closure.state();
      spend(closure.seen.size());
      bySeeds.put(seeds, known);
      bytes += STATE_BYTES / 2 + (long) seeds.size() * THREAD_BYTES;
    }
    return known;
  }

  private Frame push(int node, int count, Frame parent) {
    FrameKey key = new FrameKey(node, count, parent.id);
    Frame frame = frames.get(key);
    if (frame == null) {
      long own =
          program.node(node) instanceof Node.Loop loop
              ? ByteCounts.afterLoop(loop, count, leastBytes)
              : leastBytes[node];
      frame = new Frame(node, count, parent, ByteCounts.plus(own, parent.leastBytes), nextFrame++);
      frames.put(key, frame);
      bytes += FRAME_BYTES;
    }
    return frame;
  }

  private State intern(List<Thread> threads, boolean accepting) {
    List<Thread> sorted = new ArrayList<>(threads);
    sorted.sort(
        Comparator.comparingInt(Thread::node).thenComparingInt(thread -> thread.frame().id));
    StateKey key = new StateKey(List.copyOf(sorted), accepting);
    State state = states.get(key);
    if (state == null) {
      long least = accepting ? 0 : ByteCounts.NEVER;
      for (Thread thread : sorted) {
        long own = ByteCounts.plus(leastBytes[thread.node()], thread.frame().leastBytes);
        least = Math.min(least, own);
      }
      state = new State(key.threads(), accepting, least);
      states.put(key, state);
      bytes += STATE_BYTES + (long) sorted.size() * THREAD_BYTES;
    }
    return state;
  }

  /**
   * A state that admits the same tokens of up to {@code length} bytes: loops that may go on for
   * longer than that count as if they were nearer to their ends. So states that differ in how far
   * they have counted share what is known of their tokens.
   */
  State clamped(State state, int length) {
    boolean changed = false;
    List<Thread> threads = new ArrayList<>();
    for (Thread thread : state.threads) {
      Frame frame = clamped(thread.frame(), length);
      changed |= frame != thread.frame();
      threads.add(new Thread(thread.node(), frame));
    }
    return changed ? intern(threads, state.accepting) : state;
  }

  private Frame clamped(Frame top, int length) {
    List<Frame> path = new ArrayList<>();
    Frame at = top;
    while (at.parent != null && at.clamped == null) {
      path.add(at);
      at = at.parent;
    }
    Frame result = at.clamped == null ? at : at.clamped;
    for (Frame frame : path.reversed()) {
      int count = frame.count;
      if (program.node(frame.node) instanceof Node.Loop loop) {
        count = clampedCount(loop, count, length);
      }
      result = push(frame.node, count, result);
      frame.clamped = result;
    }
    return result;
  }

  /** The count that a loop may be taken to have reached if at most {@code rounds} more matter. */
  static int clampedCount(Node.Loop loop, int count, int rounds) {
    boolean mayEnd = count >= loop.min();
    return mayEnd && loop.max() != Expression.UNBOUNDED
        ? Math.max(count, Math.max(loop.min(), loop.max() - rounds))
        : count;
  }

  /** Collects what can be reached without reading. */
  private final class Closure {
    private final List<Thread> threads = new ArrayList<>();
    private final List<Item> pending = new ArrayList<>();
    private final Set<Item> seen = new HashSet<>();
    private @Nullable Set<Frame> freshLoops;
    private boolean accepting;

    private record Item(int node, int count, Frame frame) {}

    void add(int node, int count, Frame frame) {
      visit(node, count, frame);
      while (!pending.isEmpty()) {
        Item item = pending.removeLast();
        follow(item.node(), item.count(), item.frame());
      }
    }

    private void visit(int node, int count, Frame frame) {
      Item item = new Item(node, count, frame);
      if (leastBytes[node] < ByteCounts.NEVER && seen.add(item)) {
        if (seen.size() > MAX_ITEMS) {
          throw new GrammarException(
              "", "the grammar has more than " + MAX_ITEMS + " ways to go on without a text");
        }
        pending.add(item);
      }
    }

    private void follow(int node, int count, Frame frame) {
      switch (program.node(node)) {
        case Node.Bytes reading -> {
          if (!reading.ranges().isEmpty()) {
            read(node, frame);
          }
          if (reading.next() != Node.NONE) {
            visit(reading.next(), 0, frame);
          }
        }
        case Node.Split split -> split.targets().forEach(target -> visit(target, 0, frame));
        case Node.Extra extra -> {
          visit(extra.next(), 0, frame);
          if (ways == Ways.ALL) {
            visit(extra.addition(), 0, frame);
          }
        }
        case Node.Call call -> visit(call.start(), 0, push(call.next(), 0, frame));
        case Node.Loop loop -> loop(node, loop, count, frame);
        case Node.End end -> {
          if (frame.parent == null) {
            accepting = true;
          } else if (freshLoops == null || !freshLoops.contains(frame)) {
            visit(frame.node, frame.count, frame.parent);
          }
        }
      }
    }

    private void read(int node, Frame frame) {
      if (threads.size() >= MAX_THREADS) {
        throw new GrammarException(
            "", "the grammar can read one text in more than " + MAX_THREADS + " ways at once");
      }
      threads.add(new Thread(node, frame));
    }

    private void loop(int node, Node.Loop loop, int count, Frame frame) {
      if (count >= loop.min() || leastBytes[loop.body()] == 0) {
        visit(loop.exit(), 0, frame);
      }
      if (count < loop.max() && leastBytes[loop.body()] < ByteCounts.NEVER) {
        int round =
            loop.max() == Expression.UNBOUNDED ? Math.min(count + 1, loop.min()) : count + 1;
        Frame pushed = push(node, round, frame);
        if (leastBytes[loop.body()] == 0) {
          // A round that reads nothing need not be done: the loop may end without it.
          freshLoops = freshLoops == null ? new HashSet<>() : freshLoops;
          freshLoops.add(pushed);
        }
        visit(loop.body(), 0, pushed);
      }
    }

    State state() {
      return intern(threads, accepting);
    }
  }
}
