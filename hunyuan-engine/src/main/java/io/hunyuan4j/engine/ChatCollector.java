package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.GenerationResult;
import io.hunyuan4j.core.generate.StopReason;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.chat.OutputParser;
import io.hunyuan4j.text.chat.OutputParser.Start;
import io.hunyuan4j.text.chat.OutputPart;
import io.hunyuan4j.text.chat.OutputSyntax;
import io.hunyuan4j.text.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns the tokens of an answer into its parts as they come, and in the end into the message. */
final class ChatCollector {
  /** How the answer is read, from the token on where it begins. */
  enum Answer {
    /** By the model's syntax, like what is before it: nobody knows better where it begins. */
    PARSED,
    /** The same with tags that were forced: what is before it has no answer in it. */
    CALLS,
    /** Letter by letter: it is a text of a format, in which tags mean nothing. */
    VERBATIM
  }

  /**
   * Places in an output that its text alone does not tell, each as the number of tokens before it;
   * a huge number for what has not come.
   */
  interface Landmarks {
    /** An output that nobody has interfered with; the answer may begin anywhere. */
    Landmarks NONE =
        new Landmarks() {
          @Override
          public int forcedClosing() {
            return Integer.MAX_VALUE;
          }

          @Override
          public boolean isForced() {
            return false;
          }

          @Override
          public int answerStart() {
            return 0;
          }
        };

    /** Where what closes the thinking was forced. */
    int forcedClosing();

    /** Whether the output so far ends inside tags that are being forced. */
    boolean isForced();

    /** Where the answer begins. */
    int answerStart();
  }

  private final ChatText text;
  private final StopStrings stops;
  private final ChatListener listener;
  private final Answer answer;
  private final Supplier<Landmarks> landmarks;
  private final ClosingTag closing = new ClosingTag(OutputSyntax.HUNYUAN.thinkClose());
  private final int firstCall;
  private @Nullable OutputParser parser; // null: verbatim
  private boolean answering;

  private int tokens;
  private int thinkingTokens;
  private final StringBuilder raw = new StringBuilder();
  private final StringBuilder thinking = new StringBuilder();
  private final StringBuilder content = new StringBuilder();
  private final List<ToolCall> calls = new ArrayList<>();

  /**
   * @param landmarks tells them when a token comes; the answer's start is not asked for where that
   *     is {@link Answer#PARSED}
   * @param firstCall number of the first call's id
   */
  ChatCollector(
      Tokenizer tokenizer,
      ChatRequest request,
      Start start,
      Answer answer,
      Supplier<Landmarks> landmarks,
      ChatListener listener) {
    this.text = new ChatText(tokenizer, OutputSyntax.HUNYUAN);
    this.stops = new StopStrings(request.options().stopStrings());
    this.listener = listener;
    this.answer = answer;
    this.landmarks = landmarks;
    this.firstCall = (int) request.messages().stream().mapToLong(ChatCollector::calls).sum();
    this.parser = new OutputParser(OutputSyntax.HUNYUAN, start);
  }

  private static long calls(ChatMessage message) {
    return message instanceof ChatMessage.Assistant said ? said.toolCalls().size() : 0;
  }

  /** Takes a token; false if nothing that follows it is wanted. */
  boolean accept(int token) {
    if (!answering && answer != Answer.PARSED && tokens >= landmarks.get().answerStart()) {
      beginAnswer();
    }
    String piece = text.append(token);
    if (parser != null && parser.isThinking() && tokens < landmarks.get().forcedClosing()) {
      thinkingTokens++;
      closing.append(piece);
    }
    tokens++;
    take(piece);
    return !stops.isFound();
  }

  private void beginAnswer() {
    if (parser != null) {
      show(parser.finish());
    }
    answering = true;
    parser = null;
    if (answer == Answer.CALLS) {
      parser = new OutputParser(OutputSyntax.HUNYUAN, Start.ANSWER);
      parser.feed(OutputSyntax.HUNYUAN.answerOpen()); // which is not shown again
    }
  }

  private void take(String piece) {
    if (piece.isEmpty()) {
      return;
    }
    raw.append(piece);
    listener.onPart(new OutputPart.Raw(piece));
    show(parser == null ? List.of(new OutputPart.Answer(piece)) : parser.feed(piece));
  }

  private void show(List<OutputPart> parts) {
    boolean early = answer != Answer.PARSED && !answering;
    for (OutputPart part : parts) {
      switch (part) {
        case OutputPart.Raw _ -> {} // told already
        case OutputPart.Thinking thought -> {
          thinking.append(thought.text());
          listener.onPart(thought);
        }
        case OutputPart.Answer said -> {
          if (!early) {
            say(stops.append(said.text()));
          }
        }
        case OutputPart.Call call -> {
          say(stops.finish());
          if (!early && !stops.isFound()) {
            ask(call.call());
          }
        }
      }
    }
  }

  private void say(String piece) {
    if (!piece.isEmpty()) {
      content.append(piece);
      listener.onPart(new OutputPart.Answer(piece));
    }
  }

  private void ask(ToolCall call) {
    // Numbered through the conversation, so that no result can be taken for another's.
    String id = "call_" + (firstCall + calls.size());
    ToolCall numbered = new ToolCall(id, call.name(), call.argumentsJson());
    calls.add(numbered);
    listener.onPart(new OutputPart.Call(numbered));
  }

  /** The answer, when no more tokens come. */
  ChatResponse finish(GenerationResult result) {
    if (!answering && answer != Answer.PARSED && tokens >= landmarks.get().answerStart()) {
      beginAnswer(); // an empty text of the format
    }
    take(text.finish());
    if (parser != null) {
      boolean cut = endsInTag(parser, result.stopReason());
      List<OutputPart> rest = parser.finish();
      show(cut ? List.of() : rest);
    }
    say(stops.finish());
    return new ChatResponse(
        new ChatMessage.Assistant(content.toString(), thinking.toString(), calls),
        finishReason(result.stopReason()),
        raw.toString(),
        thinkingTokens - closing.tokens(),
        result);
  }

  /**
   * Whether an output that was cut off ends in a half-written tag, which is neither thought nor
   * said. All that the parser has not shown is then blanks and this tag.
   */
  private boolean endsInTag(OutputParser cut, StopReason reason) {
    boolean cutOff =
        switch (reason) {
          case CANCELLED, MAX_TOKENS, CONTEXT_FULL, TIME_LIMIT -> true;
          case STOP_TOKEN, STOP_STRING, CONSTRAINT -> false;
        };
    // A lone < of the model's own may be anything.
    boolean closes = cut.isThinking() && closing.written() > 1;
    return cutOff && (landmarks.get().isForced() || closes);
  }

  private FinishReason finishReason(StopReason reason) {
    return switch (reason) {
      case CANCELLED -> FinishReason.CANCELLED;
      case STOP_TOKEN, STOP_STRING, CONSTRAINT ->
          calls.isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
      case MAX_TOKENS, CONTEXT_FULL, TIME_LIMIT ->
          calls.isEmpty() ? FinishReason.LENGTH : FinishReason.TOOL_CALLS;
    };
  }
}
