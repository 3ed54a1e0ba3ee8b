package io.hunyuan4j.engine;

import io.hunyuan4j.core.generate.TokenConstraint;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.grammar.CompiledFormat;
import io.hunyuan4j.text.grammar.ConstraintVocabulary;
import io.hunyuan4j.text.grammar.FormatConstraint;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The formats that were used last, compiled for a model's vocabulary. Safe for many threads. */
final class CompiledFormats {
  private static final int MOST = 8;
  private static final long CACHE_BYTES = 32L << 20;

  private final Tokenizer tokenizer;
  private final Set<Integer> stopTokens;
  private final int vocabSize;
  private final Map<ResponseFormat, CompiledFormat> formats = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable ConstraintVocabulary vocabulary; // made when first needed

  CompiledFormats(Tokenizer tokenizer, Set<Integer> stopTokens, int vocabSize) {
    this.tokenizer = tokenizer;
    this.stopTokens = stopTokens;
    this.vocabSize = vocabSize;
  }

  /**
   * Begins texts of a format.
   *
   * @throws io.hunyuan4j.text.grammar.GrammarException if the format is broken or not supported
   * @throws IllegalArgumentException if the vocabulary cannot write every text
   */
  TokenConstraint.Source of(ResponseFormat format) {
    CompiledFormat compiled = compiled(format);
    return maxTokens -> adapted(compiled.constraint(maxTokens));
  }

  /**
   * The fewest tokens of a text of a format.
   *
   * @throws IllegalArgumentException as {@link #of} does
   */
  int fewestTokens(ResponseFormat format) {
    return compiled(format).constraint(Integer.MAX_VALUE).tokensNeeded();
  }

  private synchronized CompiledFormat compiled(ResponseFormat format) {
    CompiledFormat known = formats.get(format);
    if (known != null) {
      return known;
    }
    if (vocabulary == null) {
      vocabulary = ConstraintVocabulary.of(tokenizer, stopTokens, vocabSize);
    }
    CompiledFormat compiled = CompiledFormat.compile(format, vocabulary, CACHE_BYTES);
    formats.put(format, compiled);
    if (formats.size() > MOST) {
      formats.remove(formats.keySet().iterator().next()); // the one that was not used for longest
    }
    return compiled;
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
    };
  }
}
