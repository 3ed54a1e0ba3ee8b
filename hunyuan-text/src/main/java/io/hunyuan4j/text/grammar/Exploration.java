package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.State.Thread;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Tries all tokens, or what is left of one, from a place in a rule: for {@link Endings}. */
final class Exploration {
  /** The states from which places were explored are forgotten when they take more. */
  private static final long MAX_STATE_BYTES = 16L << 20;

  /** In rules above this size only tokens that bring the end nearer, in bytes, are looked at. */
  private static final int LARGE_RULE = 10_000;

  private static final int MANY_TOKENS = 4;
  private static final int NOTHING_LEFT = Overshoots.NOTHING;

  private final Recognizer recognizer;
  private final ConstraintVocabulary vocabulary;
  private final TokenTree tree;
  private final Overshoots overshoots;
  private final List<BitSet> follow;
  private final EndingsLimit limit;
  private final TokenWalk walk;
  private final PlainRoom room;

  /**
   * What there is from a place on.
   *
   * @param landings where tokens lead within the rule and the rules that it runs
   * @param exits what may be left of a token when the rule ends
   * @param endsAtOnce whether the rule may end without a token
   */
  record Found(Set<Thread> landings, Set<Integer> exits, boolean endsAtOnce) {}

  /**
   * Nothing is explored yet.
   *
   * @param follow by rule the bytes that may come after it
   */
  Exploration(
      Recognizer recognizer,
      ConstraintVocabulary vocabulary,
      TokenTree tree,
      Overshoots overshoots,
      List<BitSet> follow,
      EndingsLimit limit) {
    this.recognizer = recognizer;
    this.vocabulary = vocabulary;
    this.tree = tree;
    this.overshoots = overshoots;
    this.follow = follow;
    this.limit = limit;
    this.room = new PlainRoom(recognizer, vocabulary.longestPlain());
    this.walk = new TokenWalk(recognizer, tree, room);
  }

  /** What tokens do from a place on. */
  Found from(Endings.Key key) {
    if (recognizer.bytes() > MAX_STATE_BYTES) {
      recognizer.clear();
    }
    State from = recognizer.at(key.node(), key.count());
    Set<Integer> exits = new HashSet<>();
    List<State> landings = new ArrayList<>();
    if (key.unread() == NOTHING_LEFT) {
      exploreTokens(from, key, exits, landings);
    } else {
      landings.add(exploreUnread(from, overshoots.bytes(key.unread()), exits));
    }
    boolean mayEnd =
        recognizer.program().node(key.node()) instanceof Node.Loop loop
            && key.count() >= loop.min();
    Set<Thread> threads = new LinkedHashSet<>();
    for (State landing : landings) {
      for (Thread thread : landing.threads) {
        boolean again = mayEnd && outermost(thread.frame()) == key.node();
        if (!again && !isWithinCharacterOfLoop(thread)) {
          threads.add(thread);
        }
      }
    }
    return new Found(threads, exits, from.accepting && key.unread() == NOTHING_LEFT);
  }

  /** The node of the frame just above the bottom, or none. */
  private static int outermost(Frame frame) {
    Frame at = frame;
    while (at.parent != null && at.parent.parent != null) {
      at = at.parent;
    }
    return at.node;
  }

  private State exploreUnread(State from, byte[] unread, Set<Integer> exits) {
    State at = from;
    for (int i = 0; i < unread.length && !at.isDead(); i++) {
      if (at.accepting) {
        exits.add(overshoots.number(unread, i));
      }
      at = recognizer.step(at, unread[i] & 0xFF);
    }
    if (at.accepting) {
      exits.add(NOTHING_LEFT);
    }
    return at;
  }

  private void exploreTokens(
      State from, Endings.Key key, Set<Integer> exits, List<State> landings) {
    walk.begin();
    int plain = room.isUniform(from) ? room.of(from) : 0;
    int needed = roundsNeeded(key);
    if (plain > 0 && needed != 0) {
      plainLandings(from, plain, needed);
    }
    int rule = recognizer.program().factsOf(key.node()).rule();
    if (plain == 0 || needed <= vocabulary.longestToken()) {
      int skipped = plain == 0 ? 0 : room.ofWalk(from);
      walk.visit(from, skipped, new Leaving(follow.get(rule), exits));
    }
    boolean large = recognizer.program().ruleSizes().get(rule) > LARGE_RULE;
    for (State landing : walk.landings()) {
      if (!large || landing.leastBytes < from.leastBytes) {
        landings.add(landing);
      }
    }
  }

  /** Lands tokens and finds what is left of those that end the rule. */
  private final class Leaving implements TokenWalk.Visitor {
    private final BitSet after;
    private final Set<Integer> exits;

    /**
     * A visitor of one walk.
     *
     * @param after the bytes that may come after the rule
     */
    Leaving(BitSet after, Set<Integer> exits) {
      this.after = after;
      this.exits = exits;
    }

    @Override
    public boolean reached(int node, State state) {
      limit.take(1);
      if (tree.tokens(node) > 0) {
        walk.land(state);
        if (state.accepting) {
          exits.add(NOTHING_LEFT);
        }
      }
      if (state.accepting) {
        addOvershoots(node, after, exits);
      }
      return !limit.isReached();
    }

    @Override
    public boolean reachedAll(int from, int to, State state) {
      if (state.accepting) {
        return false;
      }
      limit.take(1);
      walk.land(state);
      return true;
    }
  }

  /** How many rounds a loop must still do; −1 for a node that is none. */
  int roundsNeeded(Endings.Key key) {
    return recognizer.program().node(key.node()) instanceof Node.Loop loop
        ? Math.max(0, loop.min() - key.count())
        : -1;
  }

  /** Adds where plain tokens lead; where many characters are needed, only the longest matter. */
  private void plainLandings(State from, int plain, int needed) {
    State at = from;
    int characters = 0;
    int least = needed > MANY_TOKENS * vocabulary.longestPlain() ? vocabulary.longestPlain() : 0;
    for (ConstraintVocabulary.PlainTokens tokens : vocabulary.plain()) {
      if (tokens.characters() > plain) {
        return;
      }
      while (characters < tokens.characters()) {
        State next = recognizer.step(at, 'a');
        characters = next == at ? tokens.characters() : characters + 1;
        at = next;
      }
      if (characters >= least) {
        walk.land(at);
      }
    }
  }

  private void addOvershoots(int node, BitSet after, Set<Integer> exits) {
    int depth = tree.depth(node);
    int below = node + 1;
    while (below < tree.end(node)) {
      limit.take(1);
      if (tree.depth(below) == depth + 1 && !after.get(tree.value(below))) {
        below = tree.end(below);
        continue;
      }
      if (tree.tokens(below) > 0 && !overshoots.areFull()) {
        exits.add(
            overshoots.number(vocabulary.tokenBytes(tree.token(tree.firstToken(below))), depth));
      }
      below++;
    }
  }

  /** Whether some, but not all, bytes of the one character of a round have been read. */
  boolean isWithinCharacterOfLoop(Thread thread) {
    Node.Loop loop = recognizer.program().characterLoop(thread.frame().node);
    return loop != null && loop.body() != thread.node();
  }
}
