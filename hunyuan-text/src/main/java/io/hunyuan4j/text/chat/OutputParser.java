package io.hunyuan4j.text.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes a model's output apart while it is being written: into what it thinks, what it answers and
 * the tools it calls. For one output and one thread.
 *
 * <p>The output is, in order and each part optional:
 *
 * <ol>
 *   <li>{@code <think>} thinking {@code </think>} (or the end);
 *   <li>{@code <answer>} answer {@code </answer>}, or an answer without these tags. The closing tag
 *       is one only if it ends the output.
 * </ol>
 *
 * <p>In the answer, each block from {@code <tool_calls>} to the next {@code </tool_calls>} is a
 * strict JSON array of objects, with a string {@code name} and {@code arguments} that are an object
 * or a string that holds one. Its calls are {@code call_0}, {@code call_1}, … throughout the
 * output. A block that is anything else, is never closed, nests more than 128 deep or has arguments
 * with a number of more than 1,000 characters is malformed: it is no call but a part of the answer,
 * as it stands. Tags anywhere else are text. (Tags as of {@link OutputSyntax#HUNYUAN}.)
 *
 * <p><b>Nothing is lost or doubled.</b> However the output is cut into pieces, the {@linkplain
 * OutputPart.Raw raw} texts together are the output, and each of its characters is on exactly one
 * of
 *
 * <ul>
 *   <li>the thinking;
 *   <li>the answer;
 *   <li>the blocks of calls, tags included;
 *   <li>the syntax, which has no parts: the tags of thinking and answer, the one prefix that begins
 *       the answer, and blanks around these, the thinking and the answer.
 * </ul>
 *
 * <p>Each channel keeps the output's order, and concatenated it is the same for all ways of cutting
 * the output into pieces.
 *
 * <p><b>Nothing waits without need.</b> Held back is only what may still become something else: the
 * start of a tag, of the answer's prefix or of a surrogate pair, blanks that may be trailing, an
 * {@code </answer>} that may be the last, and a block of calls until it is closed or cannot be one,
 * its first character not being {@code [}. A call does not wait for the blanks before it.
 */
public final class OutputParser {
  /** What an output begins with. */
  public enum Start {
    /** Whatever the model chooses. */
    ANYTHING,
    /** Thinking, whose opening tag stands in the prompt. */
    THINKING,
    /** The answer: the prompt has said that there is no thinking, or that it is over. */
    ANSWER
  }

  private enum State {
    BEFORE_THINKING,
    THINKING,
    BEFORE_ANSWER,
    ANSWER,
    /** In the answer, at its closing tag, unless something follows. */
    ANSWER_CLOSED,
    /** In the answer, at the opening tag of a block; its first character is to come. */
    CALLS_OPENED,
    /** In the answer, at the opening tag of a block; its closing tag is to come. */
    CALLS,
    FINISHED
  }

  private enum Match {
    YES,
    NO,
    /** Not yet known: the output so far ends inside the tag. */
    OPEN
  }

  private final OutputSyntax syntax;
  private State state;
  private boolean answerOpened; // by its tag
  private boolean malformedBlock; // the answer is inside one
  private boolean ended; // there is no more output
  private final StringBuilder held = new StringBuilder(); // output whose channel is not known
  private int at; // where that begins in held, while pieces are read
  private int scanned; // in ANSWER_CLOSED, CALLS_OPENED, CALLS: up to where held has been looked at
  private String half = ""; // a high surrogate whose other half may be in the next piece

  private final TrimmedText thinking = new TrimmedText("");
  private final TrimmedText answer;
  private List<OutputPart> parts = new ArrayList<>();
  private final StringBuilder allThinking = new StringBuilder();
  private final StringBuilder allAnswer = new StringBuilder();
  private final List<ToolCall> allCalls = new ArrayList<>();

  /** Reads an output that begins with whatever the model chooses. */
  public OutputParser(OutputSyntax syntax) {
    this(syntax, Start.ANYTHING);
  }

  public OutputParser(OutputSyntax syntax, Start start) {
    this.syntax = syntax;
    answer = new TrimmedText(syntax.answerPrefix());
    state =
        switch (start) {
          case ANYTHING -> State.BEFORE_THINKING;
          case THINKING -> State.THINKING;
          case ANSWER -> State.BEFORE_ANSWER;
        };
  }

  /**
   * What is new after {@code piece}, which may be empty: at most one raw part, then the others.
   *
   * @throws IllegalStateException if the output is finished
   */
  public List<OutputPart> feed(String piece) {
    if (state == State.FINISHED) {
      throw new IllegalStateException("a parser reads one output, and this one is finished");
    }
    String text = half + piece;
    int whole = text.length();
    if (whole > 0 && Character.isHighSurrogate(text.charAt(whole - 1))) {
      whole--;
    }
    half = text.substring(whole);
    read(text.substring(0, whole));
    return takeParts();
  }

  /**
   * What is new when the output ends here.
   *
   * @throws IllegalStateException if it has ended before
   */
  public List<OutputPart> finish() {
    if (state == State.FINISHED) {
      throw new IllegalStateException("an output ends once, and this one is finished");
    }
    ended = true;
    read(half);
    thinking.finish();
    answer.finish();
    state = State.FINISHED;
    return takeParts();
  }

  /**
   * Whether the output so far ends inside the thinking. Who has it end there after so many tokens
   * appends the closing tag to the model's input and feeds it here.
   */
  public boolean isThinking() {
    return state == State.THINKING;
  }

  /** What all parts so far come to. */
  public ParsedOutput output() {
    return new ParsedOutput(allThinking.toString(), allAnswer.toString(), allCalls);
  }

  private void read(String text) {
    if (!text.isEmpty()) {
      parts.add(new OutputPart.Raw(text));
    }
    held.append(text);
    while (step()) {}
    held.delete(0, at);
    scanned -= at;
    at = 0;
  }

  private List<OutputPart> takeParts() {
    flush();
    List<OutputPart> taken = parts;
    parts = new ArrayList<>();
    return taken;
  }

  /** Makes parts of the text that is ready. Thinking comes first: it is over when answers begin. */
  private void flush() {
    String thought = thinking.take();
    if (!thought.isEmpty()) {
      allThinking.append(thought);
      parts.add(new OutputPart.Thinking(thought));
    }
    String answered = answer.take();
    if (!answered.isEmpty()) {
      allAnswer.append(answered);
      parts.add(new OutputPart.Answer(answered));
    }
  }

  /** Takes the next step in {@link #held}; false if that needs more output. */
  private boolean step() {
    return switch (state) {
      case BEFORE_THINKING -> beforeThinking();
      case THINKING -> thinking();
      case BEFORE_ANSWER -> beforeAnswer();
      case ANSWER -> answer();
      case ANSWER_CLOSED -> answerClosed();
      case CALLS_OPENED -> callsOpened();
      case CALLS -> calls();
      case FINISHED -> false;
    };
  }

  private boolean beforeThinking() {
    return switch (skipOpening(syntax.thinkOpen())) {
      case YES -> enter(State.THINKING);
      case NO -> enter(State.BEFORE_ANSWER);
      case OPEN -> false;
    };
  }

  private boolean thinking() {
    String close = syntax.thinkClose();
    appendUpTo(find(close, close), thinking);
    if (match(close, at) != Match.YES) {
      return false;
    }
    at += close.length();
    return enter(State.BEFORE_ANSWER);
  }

  private boolean beforeAnswer() {
    Match opening = skipOpening(syntax.answerOpen());
    answerOpened = opening == Match.YES;
    return opening != Match.OPEN && enter(State.ANSWER);
  }

  private boolean answer() {
    String block = malformedBlock ? syntax.callsClose() : syntax.callsOpen();
    appendUpTo(find(block, answerOpened ? syntax.answerClose() : block), answer);
    if (match(block, at) == Match.YES) {
      if (malformedBlock) {
        malformedBlock = false;
        appendUpTo(at + block.length(), answer);
        return true;
      }
      scanned = at + block.length();
      return enter(State.CALLS_OPENED);
    }
    if (answerOpened && match(syntax.answerClose(), at) == Match.YES) {
      scanned = at + syntax.answerClose().length();
      return enter(State.ANSWER_CLOSED);
    }
    return false;
  }

  private boolean answerClosed() {
    scanned = skipBlanks(scanned);
    if (scanned == held.length()) {
      return false;
    }
    appendUpTo(scanned, answer);
    return enter(State.ANSWER);
  }

  private boolean callsOpened() {
    scanned = skipBlanks(scanned);
    if (scanned == held.length()) {
      return ended && malformed();
    }
    return held.charAt(scanned) == '[' ? enter(State.CALLS) : malformed();
  }

  private boolean calls() {
    String close = syntax.callsClose();
    int end = held.indexOf(close, scanned);
    if (end < 0) {
      scanned = Math.max(scanned, held.length() - close.length() + 1);
      return ended && malformed();
    }
    String block = held.substring(at + syntax.callsOpen().length(), end);
    Optional<List<ToolCall>> calls = CallsBlock.read(block, allCalls.size());
    if (calls.isEmpty()) {
      return malformed();
    }
    flush();
    for (ToolCall call : calls.get()) {
      allCalls.add(call);
      parts.add(new OutputPart.Call(call));
    }
    at = end + close.length();
    return enter(State.ANSWER);
  }

  /** The block at hand is text, up to its closing tag. */
  private boolean malformed() {
    malformedBlock = true;
    appendUpTo(at + syntax.callsOpen().length(), answer);
    return enter(State.ANSWER);
  }

  private boolean enter(State next) {
    state = next;
    return true;
  }

  /** Goes past blanks, and past {@code tag} if it stands there. */
  private Match skipOpening(String tag) {
    at = skipBlanks(at);
    Match match = match(tag, at);
    if (match == Match.YES) {
      at += tag.length();
    }
    return match;
  }

  private int skipBlanks(int from) {
    int i = from;
    while (i < held.length() && OutputSyntax.isBlank(held.charAt(i))) {
      i++;
    }
    return i;
  }

  private void appendUpTo(int to, TrimmedText text) {
    text.append(held, at, to);
    at = to;
  }

  /** Where the next of two tags stands or may stand; the end of {@link #held} if nowhere. */
  private int find(String tag, String other) {
    int i = held.indexOf("<", at);
    while (i >= 0 && match(tag, i) == Match.NO && match(other, i) == Match.NO) {
      i = held.indexOf("<", i + 1);
    }
    return i < 0 ? held.length() : i;
  }

  private Match match(String tag, int from) {
    int length = Math.min(tag.length(), held.length() - from);
    for (int i = 0; i < length; i++) {
      if (held.charAt(from + i) != tag.charAt(i)) {
        return Match.NO;
      }
    }
    if (length == tag.length()) {
      return Match.YES;
    }
    return ended ? Match.NO : Match.OPEN;
  }
}
