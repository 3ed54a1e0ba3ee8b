package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.TokenConstraint;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.grammar.CompiledFormat;
import io.hunyuan4j.text.grammar.ConstraintVocabulary;
import io.hunyuan4j.text.grammar.FormatConstraint;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.util.Set;

/**
 * The formats that were used last, compiled for a model's vocabulary. Safe for many threads; no
 * format waits for another.
 */
final class CompiledFormats {
  private static final int MOST = 8;
  private static final long CACHE_BYTES = 32L << 20;

  private final RecentlyMade<Tokenizer, ConstraintVocabulary> vocabularies;
  private final RecentlyMade<ResponseFormat, CompiledFormat> formats;

  CompiledFormats(Tokenizer tokenizer, Set<Integer> stopTokens, int vocabSize) {
    vocabularies = new RecentlyMade<>(1, of -> ConstraintVocabulary.of(of, stopTokens, vocabSize));
    formats =
        new RecentlyMade<>(
            MOST,
            format -> CompiledFormat.compile(format, vocabularies.get(tokenizer), CACHE_BYTES));
  }

  /**
   * Begins texts of a format.
   *
   * @throws io.hunyuan4j.text.grammar.GrammarException if the format is broken or not supported
   * @throws IllegalArgumentException if the vocabulary cannot write every text
   */
  TokenConstraint.Source of(ResponseFormat format) {
    CompiledFormat compiled = formats.get(format);
    return maxTokens -> adapted(compiled.constraint(maxTokens));
  }

  /**
   * How many tokens the shortest text of a format has, a stop token not counted.
   *
   * @throws io.hunyuan4j.text.grammar.GrammarException if the format is broken or not supported
   * @throws IllegalArgumentException if the vocabulary cannot write every text
   */
  int fewestTokens(ResponseFormat format) {
    return formats.get(format).constraint(Integer.MAX_VALUE).tokensNeeded();
  }

  private static TokenConstraint adapted(FormatConstraint constraint) {
    return new TokenConstraint() {
      @Override
      public void mask(long[] allowed) {
        constraint.mask(allowed);
      }

      @Override
      public void accept(int token) {
        constraint.accept(token);
      }

      @Override
      public boolean mustEnd() {
        return constraint.mustEnd();
      }

      @Override
      public boolean mayEnd() {
        return constraint.mayEnd();
      }
    };
  }
}
