package io.hunyuan4j.text.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds rules that run themselves before they have read anything: without end, for a program. By
 * Tarjan's strongly connected components over the steps that read nothing.
 */
final class LeftRecursion {
  private final Program program;
  private final long[] leastBytes;
  private final int[] index;
  private final int[] low;
  private final int[] component;
  private int next = 1;
  private int components;

  private LeftRecursion(Program program, long[] leastBytes) {
    this.program = program;
    this.leastBytes = leastBytes;
    int count = program.nodes().size();
    index = new int[count];
    low = new int[count];
    component = new int[count];
    Arrays.fill(component, -1);
  }

  /** Whether some rule is left-recursive. */
  static boolean in(Program program, long[] leastBytes) {
    LeftRecursion search = new LeftRecursion(program, leastBytes);
    for (int node = 0; node < search.index.length; node++) {
      if (search.index[node] == 0) {
        search.visit(node);
      }
    }
    return search.found();
  }

  private boolean found() {
    for (int node = 0; node < index.length; node++) {
      int inner =
          switch (program.node(node)) {
            case Node.Call call -> call.start();
            case Node.Loop loop -> loop.body();
            case Node.Bytes bytes -> Node.NONE;
            case Node.Split split -> Node.NONE;
            case Node.Extra extra -> Node.NONE;
            case Node.End end -> Node.NONE;
          };
      if (inner != Node.NONE && component[inner] == component[node]) {
        return true;
      }
    }
    return false;
  }

  private List<Integer> steps(int node) {
    return switch (program.node(node)) {
      case Node.Bytes bytes -> bytes.next() == Node.NONE ? List.of() : List.of(bytes.next());
      case Node.Split split -> split.targets();
      case Node.Extra extra -> List.of(extra.next(), extra.addition());
      case Node.Call call ->
          leastBytes[call.start()] == 0
              ? List.of(call.start(), call.next())
              : List.of(call.start());
      case Node.Loop loop -> List.of(loop.body(), loop.exit());
      case Node.End end -> List.of();
    };
  }

  /** A node whose steps are being followed. */
  private static final class Visit {
    final int node;
    final List<Integer> steps;
    int done;

    Visit(int node, List<Integer> steps) {
      this.node = node;
      this.steps = steps;
    }
  }

  private void visit(int root) {
    List<Visit> path = new ArrayList<>();
    List<Integer> open = new ArrayList<>();
    enter(root, path, open);
    while (!path.isEmpty()) {
      Visit visit = path.getLast();
      if (visit.done < visit.steps.size()) {
        int target = visit.steps.get(visit.done++);
        if (index[target] == 0) {
          enter(target, path, open);
        } else if (component[target] < 0) {
          low[visit.node] = Math.min(low[visit.node], index[target]);
        }
      } else {
        path.removeLast();
        if (!path.isEmpty()) {
          int parent = path.getLast().node;
          low[parent] = Math.min(low[parent], low[visit.node]);
        }
        if (low[visit.node] == index[visit.node]) {
          close(visit.node, open);
        }
      }
    }
  }

  private void enter(int node, List<Visit> path, List<Integer> open) {
    index[node] = next;
    low[node] = next++;
    path.add(new Visit(node, steps(node)));
    open.add(node);
  }

  private void close(int root, List<Integer> open) {
    int member;
    do {
      member = open.removeLast();
      component[member] = components;
    } while (member != root);
    components++;
  }
}
