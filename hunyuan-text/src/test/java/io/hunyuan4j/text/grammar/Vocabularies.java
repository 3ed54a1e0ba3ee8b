package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.hunyuan4j.text.SpecialTokens;
import io.hunyuan4j.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** The vocabularies of the tests. */
final class Vocabularies {
  private static final ConstraintVocabulary BUNDLED = open(project().resolve("models/tiny-tales"));
  private static final ConstraintVocabulary LARGEST = haveHunyuan() ? hunyuan() : BUNDLED;

  private Vocabularies() {}

  /** Of the bundled model: 3,887 ordinary tokens. */
  static ConstraintVocabulary bundled() {
    return BUNDLED;
  }

  /** Hunyuan's, 127,957 tokens, where its file is; a stranger's clone does not have it. */
  static ConstraintVocabulary largest() {
    return LARGEST;
  }

  /** All bytes, then these texts; the last id is a stop token. */
  static ConstraintVocabulary of(String... texts) {
    byte[][] bytes = bytes(texts);
    return new ConstraintVocabulary(bytes, new int[] {bytes.length - 1});
  }

  /** The same without a stop token. */
  static ConstraintVocabulary withoutStop(String... texts) {
    return new ConstraintVocabulary(bytes(texts), new int[0]);
  }

  private static byte[][] bytes(String... texts) {
    byte[][] bytes = new byte[256 + texts.length + 1][];
    for (int value = 0; value < 256; value++) {
      bytes[value] = new byte[] {(byte) value};
    }
    for (int i = 0; i < texts.length; i++) {
      bytes[256 + i] = texts[i].getBytes(UTF_8);
    }
    bytes[256 + texts.length] = new byte[0];
    return bytes;
  }

  private static ConstraintVocabulary open(Path folder) {
    try {
      Tokenizer tokenizer = Tokenizer.open(folder);
      return ConstraintVocabulary.of(tokenizer, Set.of(tokenizer.specialId("<|eos|>").getAsInt()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ConstraintVocabulary hunyuan() {
    try {
      Tokenizer tokenizer = Tokenizer.fromTiktoken(hunyuanFile(), SpecialTokens.hunyuanLarge());
      return ConstraintVocabulary.of(tokenizer, Set.of(tokenizer.specialId("<|eos|>").getAsInt()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean haveHunyuan() {
    return Files.exists(hunyuanFile());
  }

  private static Path hunyuanFile() {
    return project().resolveSibling("shared/hunyuan/large/hy.tiktoken");
  }

  private static Path project() {
    Path project = Path.of("").toAbsolutePath();
    for (Path at = project; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("pom.xml")) && Files.exists(at.resolve("models"))) {
        project = at;
      }
    }
    return project;
  }
}
