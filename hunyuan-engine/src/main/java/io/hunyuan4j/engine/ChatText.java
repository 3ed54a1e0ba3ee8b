package io.hunyuan4j.engine;

import io.hunyuan4j.text.OutputSpecials;
import io.hunyuan4j.text.TokenStream;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.chat.OutputSyntax;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decodes the tokens of one answer as they come. Special tokens are left out, but for those that
 * are tags of the output's syntax: some vocabularies have {@code <think>} as one.
 */
final class ChatText {
  private final TokenStream stream;
  private final Map<Integer, String> tags = new HashMap<>();

  ChatText(Tokenizer tokenizer, OutputSyntax syntax) {
    this.stream = tokenizer.stream(OutputSpecials.SKIPPED);
    for (String tag :
        List.of(
            syntax.thinkOpen(),
            syntax.thinkClose(),
            syntax.answerOpen(),
            syntax.answerClose(),
            syntax.callsOpen(),
            syntax.callsClose())) {
      tokenizer.specialId(tag).ifPresent(id -> tags.put(id, tag));
    }
  }

  /** What is new after a token. */
  String append(int token) {
    String tag = tags.get(token);
    return tag == null ? stream.append(token) : stream.finish() + tag;
  }

  /** What is new at the end. */
  String finish() {
    return stream.finish();
  }
}
