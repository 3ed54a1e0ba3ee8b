package io.hunyuan4j.text.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * For each node of a program the least number of bytes from there to the end of its rule, by
 * Knuth's generalisation of Dijkstra's algorithm: nodes are settled by rising number.
 */
final class ByteCounts {
  /** Where the end cannot be reached. Small enough that sums of a few do not overflow. */
  static final long NEVER = Long.MAX_VALUE / 16;

  private final Program program;
  private final long[] least;
  private final boolean[] settled;
  private final List<@Nullable List<Integer>> users = new ArrayList<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

  /** A number of bytes that suffices from a node. */
  private record Candidate(int node, long bytes) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      return Long.compare(bytes, other.bytes);
    }
  }

  private ByteCounts(Program program) {
    this.program = program;
    int count = program.nodes().size();
    least = new long[count];
    settled = new boolean[count];
    Arrays.fill(least, NEVER);
    for (int node = 0; node < count; node++) {
      users.add(null);
    }
  }

  /** The counts by node. */
  static long[] of(Program program) {
    ByteCounts counts = new ByteCounts(program);
    counts.run();
    return counts.least;
  }

  private void run() {
    for (int node = 0; node < least.length; node++) {
      int user = node;
      switch (program.node(node)) {
        case Node.Bytes bytes -> {
          bytes.ranges().forEach(range -> use(range.target(), user));
          if (bytes.next() != Node.NONE) {
            use(bytes.next(), user);
          }
        }
        case Node.Split split -> split.targets().forEach(target -> use(target, user));
        case Node.Extra extra -> use(extra.next(), user);
        case Node.Call call -> {
          use(call.start(), user);
          use(call.next(), user);
        }
        case Node.Loop loop -> {
          use(loop.body(), user);
          use(loop.exit(), user);
        }
        case Node.End end -> queue.add(new Candidate(user, 0));
      }
    }
    while (!queue.isEmpty()) {
      Candidate best = queue.remove();
      if (!settled[best.node()]) {
        settled[best.node()] = true;
        least[best.node()] = best.bytes();
        List<Integer> waiting = users.get(best.node());
        if (waiting != null) {
          waiting.forEach(user -> offer(user, best.node()));
        }
      }
    }
  }

  private void use(int target, int user) {
    List<Integer> list = users.get(target);
    if (list == null) {
      list = new ArrayList<>(2);
      users.set(target, list);
    }
    list.add(user);
  }

  /** Offers to {@code node} the way through {@code target}, which has just been settled. */
  private void offer(int node, int target) {
    if (settled[node]) {
      return;
    }
    long through =
        switch (program.node(node)) {
          case Node.Bytes bytes -> bytes.next() == target ? least[target] : 1 + least[target];
          case Node.Split split -> least[target];
          case Node.Extra extra -> least[target];
          case Node.Call call -> plus(least[call.start()], least[call.next()]);
          case Node.Loop loop -> afterLoop(loop, 0, least);
          case Node.End end -> 0;
        };
    if (through < NEVER) {
      queue.add(new Candidate(node, through));
    }
  }

  /** The least number of bytes of the rounds that a loop still needs and of what follows. */
  static long afterLoop(Node.Loop loop, int done, long[] least) {
    long rounds = Math.max(0, loop.min() - done);
    if (rounds == 0) {
      return least[loop.exit()];
    }
    long body = least[loop.body()];
    return body >= NEVER / Math.max(1, rounds) ? NEVER : plus(rounds * body, least[loop.exit()]);
  }

  static long plus(long a, long b) {
    return Math.min(NEVER, a + b);
  }
}
