package io.hunyuan4j.text.grammar;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ResponseFormat} made ready for a vocabulary, to be used for any number of texts on any
 * threads. What it learns about states of the automaton it keeps, up to a bound.
 */
public final class CompiledFormat {
  /** How many bytes of states and masks are kept unless said otherwise. */
  public static final long DEFAULT_CACHE_BYTES = 64L << 20;

  /** Texts nested deeper, in returns of rules, only get on towards their end. */
  private static final int MAX_DEPTH = 100;

  private static final int DENSE_TOKENS = 4096;

  /** Of the recognizer, for one mask or token. */
  private static final long MAX_STEPS = 50_000_000;

  private final Program program;
  private final ConstraintVocabulary vocabulary;
  private final long cacheBytes;
  private final long[] leastBytes;
  private final long[] mostBytesOfAutomaton;
  private final ByteClasses classes;
  private final TokenTree tree;
  private final Recognizer recognizer;
  private final TokenWalk walk;
  private final PlainRoom room;
  private final Endings endings;
  private int clears;

  private CompiledFormat(CheckedProgram checked, ConstraintVocabulary vocabulary, long cacheBytes) {
    this.program = checked.program();
    this.leastBytes = checked.leastBytes();
    this.vocabulary = vocabulary;
    this.cacheBytes = cacheBytes;
    this.mostBytesOfAutomaton = mostBytesOfAutomaton();
    this.classes = ByteClasses.of(program);
    this.tree = vocabulary.tree().merged(classes);
    this.recognizer = new Recognizer(program, leastBytes, classes, Recognizer.Ways.ALL);
    this.room = new PlainRoom(recognizer, vocabulary.longestPlain());
    this.walk = new TokenWalk(recognizer, tree, room);
    this.endings = new Endings(program, leastBytes, classes, tree, vocabulary, recognizer::grew);
  }

  /**
   * A program without left recursion that some text runs through.
   *
   * @param leastBytes of {@link ByteCounts}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record CheckedProgram(Program program, long[] leastBytes) {
    static CheckedProgram of(ResponseFormat format) {
      WorkLimit work = new WorkLimit();
      Program program = ProgramBuilder.build(Formats.grammar(format, work), work);
      long[] leastBytes = ByteCounts.of(program);
      if (LeftRecursion.in(program, leastBytes)) {
        throw new GrammarException("", "a rule refers to itself before it has read anything");
      }
      if (leastBytes[program.start()] >= ByteCounts.NEVER) {
        throw new GrammarException("", "no text is what the format asks for");
      }
      return new CheckedProgram(program, leastBytes);
    }
  }

  /**
   * Refuses what {@link #compile(ResponseFormat, ConstraintVocabulary)} would refuse of a format,
   * where there is no vocabulary yet.
   *
   * @throws GrammarException if it is broken, not supported, too large, or describes no text
   */
  public static void check(ResponseFormat format) {
    var _ = CheckedProgram.of(format);
  }

  /**
   * Compiles a format.
   *
   * @throws GrammarException if it is broken, not supported, too large, or describes no text
   */
  public static CompiledFormat compile(ResponseFormat format, ConstraintVocabulary vocabulary) {
    return compile(format, vocabulary, DEFAULT_CACHE_BYTES);
  }

  /**
   * Compiles a format.
   *
   * @param cacheBytes how much may be kept about states, roughly; when more is, all of it is
   *     forgotten
   * @throws GrammarException if it is broken, not supported, too large, or describes no text
   */
  public static CompiledFormat compile(
      ResponseFormat format, ConstraintVocabulary vocabulary, long cacheBytes) {
    CompiledFormat compiled = new CompiledFormat(CheckedProgram.of(format), vocabulary, cacheBytes);
    compiled.prepare();
    return compiled;
  }

  /**
   * The constraint of a new text.
   *
   * @param maxTokens how many tokens the text may have, without a stop token
   * @throws GrammarException if no text that the format allows has so few tokens
   */
  public FormatConstraint constraint(int maxTokens) {
    synchronized (this) {
      State start = recognizer.start();
      if (start.leastBytes > maxTokens && tokensNeeded(start) > maxTokens) {
        throw new GrammarException(
            "",
            "the shortest text of the format has %d tokens, but at most %d may be generated"
                .formatted(tokensNeeded(start), maxTokens));
      }
      return new FormatConstraint(this, start, clears, maxTokens, KeyWatch.of(program.keys()));
    }
  }

  /** Finds the shortest endings now, so that no token has to wait for them later. */
  private synchronized void prepare() {
    State start = recognizer.start();
    allow(start, tokensNeeded(start) + 1, new long[vocabulary.words()]);
    endings.findAdditions();
  }

  /** The vocabulary that it is for. */
  public ConstraintVocabulary vocabulary() {
    return vocabulary;
  }

  private long[] mostBytesOfAutomaton() {
    long[] most = new long[1];
    for (int node = 0; node < leastBytes.length; node++) {
      int automaton = program.factsOf(node).automaton();
      if (automaton >= most.length) {
        most = Arrays.copyOf(most, 2 * automaton);
      }
      if (automaton >= 0 && leastBytes[node] < ByteCounts.NEVER) {
        most[automaton] = Math.max(most[automaton], leastBytes[node]);
      }
    }
    return most;
  }

  // What follows is for FormatConstraint, which holds the lock.

  Recognizer recognizer() {
    return recognizer;
  }

  int clears() {
    return clears;
  }

  /** Lets the recognizer do so much for a mask or token, and no more. */
  void limitSteps() {
    recognizer.limitSteps(MAX_STEPS);
  }

  /** Forgets what is kept if it is too much. */
  void trim() {
    if (recognizer.bytes() > cacheBytes) {
      recognizer.clear();
      clears++;
    }
  }

  int tokensNeeded(State state) {
    return endings.tokensNeeded(state);
  }

  /** Of how many places the shortest endings are known; for tests. */
  int endingsKnown() {
    return endings.size();
  }

  /**
   * Makes {@code allowed}, in which nothing is set, the tokens after which the text can end within
   * {@code tokens}, themselves included.
   */
  void allow(State state, int tokens, long[] allowed) {
    limitSteps();
    int limit = tooDeep(state) ? Math.min(tokens, Math.max(1, tokensNeeded(state))) : tokens;
    int plain = Math.min(room.of(state), vocabulary.longestPlain());
    State shared = recognizer.clamped(state, vocabulary.longestOtherBytes());
    TokenStep step = step(shared);
    long most = Math.max(step.mostBytes, plain > 0 ? mostBytesAfterPlain(state) : 0);
    // One more than the bytes: a key that must not repeat another may need it.
    if (limit - 1 > most) {
      step.allow(allowed);
      allowPlain(plain, allowed);
    } else if (plain > 0 && !room.isUniform(state)) {
      allowGroups(state, state, fullStep(state), limit, allowed);
    } else {
      allowGroups(state, shared, step, limit, allowed);
      allowPlain(state, plain, limit, allowed);
    }
  }

  private static boolean tooDeep(State state) {
    return state.depth > MAX_DEPTH;
  }

  private TokenStep step(State state) {
    TokenStep step = state.step;
    if (step == null) {
      step = walk.step(state, room.ofWalk(state));
      step.makeDense(vocabulary.words(), DENSE_TOKENS);
      state.step = step;
      recognizer.grew(step.bytes());
    }
    return step;
  }

  private TokenStep fullStep(State state) {
    TokenStep step = state.fullStep;
    if (step == null) {
      step = walk.step(state, 0);
      state.fullStep = step;
      recognizer.grew(step.bytes());
    }
    return step;
  }

  /** The most bytes to an end that plain characters can lead to. */
  private long mostBytesAfterPlain(State state) {
    long most = 0;
    for (State.Thread thread : state.threads) {
      int automaton = program.factsOf(thread.node()).automaton();
      if (automaton >= 0) {
        most = Math.max(most, mostBytesOfAutomaton[automaton] + thread.frame().leastBytes);
      }
    }
    return most;
  }

  private void allowGroups(State state, State shared, TokenStep step, int limit, long[] allowed) {
    if (shared == state && step.mostTokens >= 0 && step.mostTokens < limit) {
      step.allow(allowed);
      return;
    }
    int most = 0;
    BitSet inTime = new BitSet();
    for (int group = 0; group < step.groups(); group++) {
      State landing =
          shared == state
              ? step.landing(group)
              : after(state, vocabulary.tokenBytes(step.anyToken(group)));
      int needed = tokensNeeded(landing);
      most = Math.max(most, needed);
      inTime.set(group, needed < limit);
    }
    step.allow(inTime, allowed);
    if (shared == state) {
      step.mostTokens = most;
    }
  }

  /** The state after these bytes. */
  State after(State state, byte[] bytes) {
    State at = state;
    for (byte b : bytes) {
      at = recognizer.step(at, b & 0xFF);
    }
    return at;
  }

  /** Adds the plain tokens of up to so many characters. */
  private void allowPlain(int plain, long[] allowed) {
    long[] upTo = null;
    for (ConstraintVocabulary.PlainTokens tokens : vocabulary.plain()) {
      if (tokens.characters() <= plain) {
        upTo = tokens.upToHere();
      }
    }
    allowBetween(null, upTo, allowed);
  }

  /** Adds those after which the text can end in time: lengths that follow each other at once. */
  private void allowPlain(State state, int plain, int limit, long[] allowed) {
    State at = state;
    int characters = 0;
    long[] refused = null;
    long[] admitted = null;
    for (ConstraintVocabulary.PlainTokens tokens : vocabulary.plain()) {
      if (tokens.characters() > plain) {
        break;
      }
      while (characters < tokens.characters()) {
        State next = recognizer.step(at, 'a');
        characters = next == at ? tokens.characters() : characters + 1;
        at = next;
      }
      if (tokensNeeded(at) < limit) {
        admitted = tokens.upToHere();
      } else {
        allowBetween(refused, admitted, allowed);
        refused = tokens.upToHere();
        admitted = null;
      }
    }
    allowBetween(refused, admitted, allowed);
  }

  private static void allowBetween(
      long @Nullable [] refused, long @Nullable [] upTo, long[] allowed) {
    for (int i = 0; upTo != null && i < upTo.length; i++) {
      allowed[i] |= refused == null ? upTo[i] : upTo[i] & ~refused[i];
    }
  }

  /** Takes away tokens that would write a key again. */
  void removeRepeats(KeyWatch keys, long[] allowed) {
    int quotes = keys.quotesOfRepeats();
    if (quotes > 3) {
      return;
    }
    for (int token : vocabulary.withAtLeast(quotes)) {
      if ((allowed[token >> 6] & 1L << token) != 0
          && keys.after(vocabulary.tokenBytes(token)) == null) {
        allowed[token >> 6] &= ~(1L << token);
      }
    }
  }

  /**
   * Adds the shortest tokens that make the key being written differ from all others, so that it can
   * be closed then: for a state in such a key where every ending would repeat one.
   */
  void allowOtherKeys(State state, KeyWatch keys, int tokens, long[] allowed) {
    boolean found = false;
    byte[] quote = {'"'};
    for (ConstraintVocabulary.PlainTokens plain : vocabulary.plain()) {
      for (int token : plain.tokens()) {
        State landing = after(state, vocabulary.tokenBytes(token));
        State closed = recognizer.step(landing, '"');
        KeyWatch longer = keys.after(vocabulary.tokenBytes(token));
        if (!closed.isDead()
            && longer != null
            && longer.after(quote) != null
            && tokensNeeded(closed) < tokens - 1) {
          allowed[token >> 6] |= 1L << token;
          found = true;
        }
      }
      if (found) {
        return;
      }
    }
  }
}
