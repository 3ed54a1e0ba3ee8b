package io.hunyuan4j.engine;

import io.hunyuan4j.core.Scheduler;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.ContextOverflow;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.core.generate.GenerationResult;
import io.hunyuan4j.core.generate.Generator;
import io.hunyuan4j.core.generate.TokenConstraint;
import io.hunyuan4j.core.generate.TokenConsumer;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One request, made ready to be answered: checked, its prompt written, its constraint chosen. */
final class ChatTurn {
  private final Requests requests;
  private final ChatRequest request;
  private final ChatPrompt prompt;
  private final ChatCollector.Answer answer;
  private final GenerationOptions generation;
  private @Nullable ThinkingConstraint running; // what it forced, it says

  /**
   * Gets a request ready.
   *
   * @throws IllegalArgumentException if it cannot be answered: it does not fit, say, or asks for a
   *     format that is broken
   */
  ChatTurn(Requests requests, ChatRequest request) {
    this.requests = requests;
    this.request = request;
    request.options().sampling().checkTokens(requests.model().shape().vocabSize());
    this.prompt = requests.prompts().of(request);
    ResponseFormat format = request.answerFormat();
    this.answer =
        switch (format) {
          case ResponseFormat.FreeText _ -> ChatCollector.Answer.PARSED;
          case ResponseFormat.ToolCalls _ -> ChatCollector.Answer.CALLS;
          case ResponseFormat _ -> ChatCollector.Answer.VERBATIM;
        };
    this.generation = generation(format);
    requests.checkFits(prompt.tokens(), request.options().overflow());
    requests.checkBudget(prompt.tokens(), generation);
  }

  private GenerationOptions generation(ResponseFormat format) {
    boolean free = format instanceof ResponseFormat.FreeText;
    GenerationOptions plain =
        requests.generationOptions(
            request.options().withResponseFormat(new ResponseFormat.FreeText()));
    if (!prompt.thinks()) {
      return free ? plain : plain.withConstraints(requests.formats().of(format));
    }
    ThinkingConstraint.Rules rules =
        new ThinkingConstraint.Rules(
            requests.tokenizer(),
            requests.model().shape().vocabSize(),
            plain.stopTokens(),
            prompt.start(),
            request.thinking(),
            free ? null : answerFormat(format));
    return rules.areNone() ? plain : plain.withConstraints(max -> begin(rules, max));
  }

  private ThinkingConstraint.AnswerFormat answerFormat(ResponseFormat format) {
    return new ThinkingConstraint.AnswerFormat(
        requests.formats().of(format), requests.formats().fewestTokens(format));
  }

  private TokenConstraint begin(ThinkingConstraint.Rules rules, int maxTokens) {
    ThinkingConstraint begun = new ThinkingConstraint(rules, maxTokens);
    running = begun;
    return begun;
  }

  private ChatCollector.Landmarks landmarks() {
    return running == null ? ChatCollector.Landmarks.NONE : running;
  }

  /** The answer, in a session of its own. */
  ChatResponse runAlone(ChatListener listener, Cancellation cancellation, Scheduler.Seat seat) {
    try (Session session = requests.newSession()) {
      return run(session, listener, cancellation, seat);
    }
  }

  /** The answer, in a session that goes on from what it has in common with the conversation. */
  ChatResponse runIn(
      Session session, ChatListener listener, Cancellation cancellation, Scheduler.Seat seat) {
    int[] tokens = prompt.tokens();
    int same = Arrays.mismatch(session.tokens(), tokens);
    int common = Math.min(same < 0 ? tokens.length : same, tokens.length - 1);
    boolean mayOverflow =
        tokens.length + (long) request.options().maxTokens() > session.options().capacity();
    // What a session that slides has read does not tell what one prompt would have kept.
    boolean slides = mayOverflow && request.options().overflow() instanceof ContextOverflow.Slide;
    session.truncate(slides ? 0 : common);
    return run(session, listener, cancellation, seat);
  }

  private ChatResponse run(
      Session session, ChatListener listener, Cancellation cancellation, Scheduler.Seat seat) {
    ChatCollector collector =
        new ChatCollector(
            requests.tokenizer(), request, prompt.start(), answer, this::landmarks, listener);
    int held = session.position();
    int[] rest = Arrays.copyOfRange(prompt.tokens(), held, prompt.tokens().length);
    TokenConsumer consumer =
        new TokenConsumer() {
          @Override
          public boolean accept(int token) {
            return collector.accept(token);
          }

          @Override
          public void promptRead(int read, int total) {
            listener.onPromptRead(held + read, held + total);
          }
        };
    GenerationResult result =
        new Generator(requests.model(), seat)
            .generate(rest, session, after(held), consumer, cancellation);
    return collector.finish(
        result.ofPrompt(prompt.tokens().length, held + result.cachedPromptTokens(), Duration.ZERO));
  }

  /** For a session that holds the prompt's first tokens: penalties count these all the same. */
  private GenerationOptions after(int held) {
    int[] before = Arrays.copyOf(prompt.tokens(), held);
    return generation.withSampling(generation.sampling().after(before));
  }
}
