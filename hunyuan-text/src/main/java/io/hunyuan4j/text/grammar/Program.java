package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.Grammar.KeyPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A grammar as a network of nodes that read bytes and run rules. Immutable.
 *
 * @param nodes of which {@link #END} is the end of every rule
 * @param start where the text begins
 * @param facts of each node
 * @param tailCalls pairs of rules (caller, callee) that share one return
 * @param ruleSizes nodes by rule
 * @param keys whether repeated keys must be watched for
 */
record Program(
    List<Node> nodes,
    int start,
    List<NodeFacts> facts,
    List<TailCall> tailCalls,
    List<Integer> ruleSizes,
    KeyPolicy keys) {
  /** The node that ends every rule. */
  static final int END = 0;

  /** Callee returns where caller would. */
  record TailCall(int caller, int callee) {}

  /**
   * What is known of a node beside its edges.
   *
   * @param rule number of the rule that it belongs to
   * @param freeKey whether it belongs to a key that must not repeat another
   * @param automaton number of the automaton of which it is a state or a piece, or −1
   * @param plainDepth how many characters of {@link CodePointSet#PLAIN} may certainly follow
   * @param plain what plain characters do here
   */
  record NodeFacts(int rule, boolean freeKey, int automaton, int plainDepth, Plain plain) {}

  /** What characters, above all those of {@link CodePointSet#PLAIN}, do at a node. */
  enum Plain {
    /** Nothing that is known. */
    OTHER,
    /** All plain ones lead back to the node. */
    LOOP,
    /** The node reads one character, be it any plain one, and its automaton ends. */
    ONE,
    /** The node reads one character, of some, and its automaton ends. */
    ONE_OF_SOME
  }

  /** The loop at a node if each of its rounds reads one character, else null. */
  Node.@Nullable Loop characterLoop(int node) {
    return node >= 0
            && nodes.get(node) instanceof Node.Loop loop
            && (facts.get(loop.body()).plain() == Plain.ONE
                || facts.get(loop.body()).plain() == Plain.ONE_OF_SOME)
        ? loop
        : null;
  }

  Node node(int index) {
    return nodes.get(index);
  }

  NodeFacts factsOf(int index) {
    return facts.get(index);
  }
}
