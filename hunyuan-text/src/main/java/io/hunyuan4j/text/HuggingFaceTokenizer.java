package io.hunyuan4j.text;

import java.io.IOException;
import java.nio.file.Path;

final class HuggingFaceTokenizer {
  private HuggingFaceTokenizer() {}
  static Tokenizer read(Path file) throws IOException { throw new VocabularyFormatException(file, "", "not yet"); }
}
