package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.State.Thread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The least number of tokens from a state to the end of the text, exactly, but for the exceptions
 * that the design names; never less.
 *
 * <p>A token may end a rule and go on behind it. So for each place in a rule there is a table of
 * what may be left of the last token when the rule ends, an <em>overshoot</em>, and of the fewest
 * tokens for it. Places in a rule depend on places in the rules it runs and on the rest of each
 * rule after an overshoot is read; the smallest solution of these equations is found by repeating
 * them until nothing changes. A stack is then worth the best combination of its parts. This is the
 * shortest path of a weighted pushdown system (Reps, Schwoon, Jha, Melski 2005).
 */
final class Endings {
  /** No ending. */
  static final int NEVER = Integer.MAX_VALUE / 4;

  private static final int MAX_PLACES = 200_000;
  private static final int PLACE_BYTES = 400;
  private static final int ENTRY_BYTES = 64;

  /** A loop that must still go round more often is taken to have no way but byte by byte. */
  private static final int MAX_ROUNDS = 5_000;

  private static final int NOTHING_LEFT = Overshoots.NOTHING;

  private final Recognizer recognizer;
  private final ConstraintVocabulary vocabulary;
  private final Exploration exploration;
  private final EndingsLimit limit;
  private final Map<Key, Place> places = new HashMap<>();
  private final LongConsumer grew;
  private final FewestTokens.Table sums = new FewestTokens.Table();
  private final FewestTokens.Table partial = new FewestTokens.Table();

  /** Those that were looked at least often come first, so that what changes often changes alone. */
  private final PriorityQueue<Place> pending =
      new PriorityQueue<>(
          Comparator.<Place>comparingInt(a -> a.updates).thenComparingInt(a -> -a.index));

  /** A node, how many rounds are done if it is a loop, and what is still to be read of a token. */
  record Key(int node, int count, int unread) {}

  /** What is known of a {@link Key}. */
  private static final class Place {
    final Key key;
    final int index;
    final Set<Place> users = new HashSet<>();
    @Nullable Place lastUser;
    Exploration.@Nullable Found found;
    int updates;
    boolean queued;
    FewestTokens fewest = FewestTokens.NONE;

    Place(Key key, int index) {
      this.key = key;
      this.index = index;
    }
  }

  /**
   * Nothing is known yet.
   *
   * @param grew told of bytes that are kept in frames of states
   */
  Endings(
      Program program,
      long[] leastBytes,
      ByteClasses classes,
      TokenTree tree,
      ConstraintVocabulary vocabulary,
      LongConsumer grew) {
    this.grew = grew;
    this.recognizer = new Recognizer(program, leastBytes, classes, Recognizer.Ways.SHORT);
    this.vocabulary = vocabulary;
    this.limit = new EndingsLimit(recognizer);
    this.exploration =
        new Exploration(
            recognizer,
            vocabulary,
            tree,
            new Overshoots(classes),
            FollowBytes.of(program, leastBytes),
            limit);
  }

  /**
   * Finds out about what no shortest text has, but a text that must end may be in: the additions to
   * objects. Otherwise the first token there would wait for it. Where one cannot be read, it is
   * left to the text that gets there.
   */
  void findAdditions() {
    try {
      for (Node node : recognizer.program().nodes()) {
        if (node instanceof Node.Extra extra && limit.leavesMuch()) {
          solved(new Key(extra.addition(), 0, NOTHING_LEFT));
        }
      }
    } catch (GrammarException e) {
      pending.forEach(place -> place.queued = false);
      pending.clear(); // no other text is to meet the error in what is left of it
    }
  }

  /** How many places something is known of; for tests. */
  int size() {
    return places.size();
  }

  /** The least number of tokens after which the text may end. */
  int tokensNeeded(State state) {
    if (state.tokensNeeded < 0) {
      int best = state.accepting ? 0 : NEVER;
      for (Thread thread : state.threads) {
        best = Math.min(best, tokensNeeded(thread));
      }
      state.tokensNeeded = best;
    }
    return state.tokensNeeded;
  }

  private int tokensNeeded(Thread thread) {
    int bytes = (int) Math.min(NEVER, recognizer.leastBytes(thread.node()));
    if (recognizer.program().factsOf(thread.node()).freeKey()) {
      // Enough to finish the character, to make the key differ from others, and to close it.
      return Math.min(NEVER, bytes + 1 + below(thread.frame(), NOTHING_LEFT));
    }
    if (exploration.isWithinCharacterOfLoop(thread)) {
      return Math.min(NEVER, bytes + below(thread.frame(), NOTHING_LEFT));
    }
    int best = (int) Math.min(NEVER, bytes + thread.frame().leastBytes);
    Spot spot = spot(thread);
    FewestTokens ways = solved(spot.key());
    for (int i = 0; i < ways.size(); i++) {
      best = Math.min(best, ways.tokens(i) + below(spot.rest(), ways.overshoot(i)));
    }
    return best;
  }

  /** A place and the stack below it. */
  private record Spot(Key key, Frame rest) {}

  /** Where a thread is: at the loop itself if it is about to read the one character of a round. */
  private Spot spot(Thread thread) {
    Frame frame = thread.frame();
    Node.Loop loop = recognizer.program().characterLoop(frame.node);
    if (loop == null) {
      return new Spot(new Key(thread.node(), 0, NOTHING_LEFT), frame);
    }
    int count = Recognizer.clampedCount(loop, frame.count - 1, vocabulary.longestToken());
    return new Spot(new Key(frame.node, count, NOTHING_LEFT), frame.below());
  }

  /** A stack whose returns are still to be done after something is read. */
  private record Return(Frame frame, int unread) {}

  /** The fewest tokens for the returns of a stack if {@code unread} is read first. */
  private int below(Frame frame, int unread) {
    Integer known = known(frame, unread);
    List<Return> path = new ArrayList<>(); // no recursion: stacks are deep
    while (known == null) {
      if (path.isEmpty()) {
        path.add(new Return(frame, unread));
      }
      Return last = path.getLast();
      Integer found = known(last.frame(), last.unread());
      if (found != null || settled(last, path)) {
        path.removeLast();
      }
      known = known(frame, unread);
    }
    return known;
  }

  private static @Nullable Integer known(Frame frame, int unread) {
    return frame.parent == null
        ? Integer.valueOf(unread == NOTHING_LEFT ? 0 : NEVER)
        : frame.fewestTokens.get(unread);
  }

  /** Finds the tokens of a return, unless those of returns below, which are added, come first. */
  private boolean settled(Return of, List<Return> path) {
    FewestTokens ways = solved(key(of.frame(), of.unread()));
    int before = path.size();
    int best = NEVER;
    for (int i = 0; i < ways.size(); i++) {
      Integer rest = known(of.frame().below(), ways.overshoot(i));
      if (rest == null) {
        path.add(new Return(of.frame().below(), ways.overshoot(i)));
      } else {
        best = Math.min(best, ways.tokens(i) + rest);
      }
    }
    if (path.size() > before) {
      return false;
    }
    of.frame().fewestTokens.put(of.unread(), best);
    grew.accept(ENTRY_BYTES);
    return true;
  }

  /** The key of a return. Loops that can go on for long are all alike. */
  private Key key(Frame frame, int unread) {
    int count = frame.count;
    if (recognizer.program().node(frame.node) instanceof Node.Loop loop) {
      count = Recognizer.clampedCount(loop, count, vocabulary.longestToken());
    }
    return new Key(frame.node, count, unread);
  }

  private FewestTokens solved(Key key) {
    Place place = place(key);
    while (!pending.isEmpty() && !limit.isReached()) {
      Place next = pending.remove();
      next.queued = false;
      update(next);
    }
    return place.fewest;
  }

  private Place place(Key key) {
    Place place = places.get(key);
    if (place == null) {
      place = new Place(key, places.size());
      boolean isNear = exploration.roundsNeeded(key) <= MAX_ROUNDS;
      if (isNear && places.size() < MAX_PLACES && !limit.isReached()) {
        places.put(key, place);
        limit.keep(PLACE_BYTES);
        enqueue(place);
      }
    }
    return place;
  }

  private void enqueue(Place place) {
    if (!place.queued) {
      place.queued = true;
      pending.add(place);
    }
  }

  private void update(Place place) {
    place.updates++;
    Exploration.Found found = place.found;
    if (found == null) {
      found = exploration.from(place.key);
      place.found = found;
      limit.keep((long) ENTRY_BYTES * (found.landings().size() + found.exits().size()));
    }
    int token = place.key.unread() == NOTHING_LEFT ? 1 : 0;
    limit.take(1 + found.exits().size());
    found.exits().forEach(exit -> sums.lower(exit, token));
    if (found.endsAtOnce()) {
      sums.lower(NOTHING_LEFT, 0);
    }
    for (Thread landing : found.landings()) {
      Spot spot = spot(landing);
      FewestTokens ways = used(spot.key(), place).fewest;
      for (Frame frame = spot.rest(); frame.parent != null; frame = frame.parent) {
        ways = through(frame, ways, place);
      }
      limit.take(1 + ways.size());
      for (int i = 0; i < ways.size(); i++) {
        sums.lower(ways.overshoot(i), ways.tokens(i) + token);
      }
    }
    boolean changed = !sums.says(place.fewest);
    FewestTokens fewest = sums.take();
    if (changed) {
      limit.keep(8L * (fewest.size() - place.fewest.size()));
      place.fewest = fewest;
      limit.take(place.users.size());
      place.users.forEach(this::enqueue);
    }
  }

  private FewestTokens through(Frame frame, FewestTokens ways, Place user) {
    for (int i = 0; i < ways.size(); i++) {
      FewestTokens further = used(key(frame, ways.overshoot(i)), user).fewest;
      limit.take(1 + further.size());
      for (int j = 0; j < further.size(); j++) {
        partial.lower(further.overshoot(j), ways.tokens(i) + further.tokens(j));
      }
    }
    return partial.take();
  }

  private Place used(Key key, Place user) {
    Place place = place(key);
    if (place.lastUser != user) { // one place is mostly used many times in a row
      place.lastUser = user;
      if (place.users.add(user)) {
        limit.keep(ENTRY_BYTES);
      }
    }
    return place;
  }
}
