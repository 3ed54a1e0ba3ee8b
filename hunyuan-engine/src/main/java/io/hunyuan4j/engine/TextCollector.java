package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.GenerationResult;
import io.hunyuan4j.core.generate.TokenConsumer;
import io.hunyuan4j.text.OutputSpecials;
import io.hunyuan4j.text.TokenStream;
import io.hunyuan4j.text.Tokenizer;

/** Turns tokens into text as they come, up to a stop string. */
final class TextCollector implements TokenConsumer {
  private final TokenStream stream;
  private final StopStrings stops;
  private final TextListener listener;
  private final StringBuilder text = new StringBuilder();

  TextCollector(Tokenizer tokenizer, TextOptions options, TextListener listener) {
    this.stream = tokenizer.stream(OutputSpecials.SKIPPED);
    this.stops = new StopStrings(options.stopStrings());
    this.listener = listener;
  }

  @Override
  public boolean accept(int token) {
    show(stops.append(stream.append(token)));
    return !stops.isFound();
  }

  @Override
  public void promptRead(int read, int total) {
    listener.onPromptRead(read, total);
  }

  GeneratedText finish(GenerationResult result) {
    show(stops.append(stream.finish()));
    show(stops.finish());
    return new GeneratedText(text.toString(), result);
  }

  private void show(String piece) {
    if (!piece.isEmpty()) {
      text.append(piece);
      listener.onText(piece);
    }
  }
}
