package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.GenerationResult;
import io.hunyuan4j.core.generate.StopReason;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.chat.OutputParser.Start;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * The response to an output that no model wrote.
 *
 * @param engine whose vocabulary it is in
 */
record Dictation(Engine engine) {
  ChatResponse of(String output, ChatRequest request) {
    return of(output, request, StopReason.STOP_TOKEN);
  }

  /** The same of one that ends for another reason. */
  ChatResponse of(String output, ChatRequest request, StopReason end) {
    ChatCollector collector =
        new ChatCollector(
            engine.tokenizer(),
            request,
            Start.ANYTHING,
            ChatCollector.Answer.PARSED,
            () -> ChatCollector.Landmarks.NONE,
            part -> {});
    List<Integer> tokens =
        Arrays.stream(engine.tokenizer().encode(output, InputSpecials.AS_TEXT)).boxed().toList();
    StopReason reason = end;
    for (int token : tokens) {
      if (!collector.accept(token)) {
        reason = StopReason.STOP_STRING;
        break;
      }
    }
    return collector.finish(
        new GenerationResult(tokens, List.of(), reason, 1, 0, Duration.ZERO, Duration.ZERO));
  }
}
