package io.hunyuan4j.bench.jmh;

import io.hunyuan4j.text.SpecialTokens;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.grammar.CompiledFormat;
import io.hunyuan4j.text.grammar.ConstraintVocabulary;
import io.hunyuan4j.text.grammar.FormatConstraint;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Structured output: compiling a format, and the mask of every token of texts that random weights
 * write. The bundled vocabulary is small: name Hunyuan's by {@code -p vocabulary=…}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class ConstraintBenchmark {
  private static final String ORDINARY =
      """
      {"type":"object","properties":{
        "name":{"type":"string","minLength":1,"maxLength":80},
        "age":{"type":"integer","minimum":0,"maximum":150},
        "email":{"type":"string","pattern":"^[a-z0-9._]{1,30}@[a-z0-9]+\\\\.[a-z]{2,5}$"},
        "status":{"enum":["active","inactive","pending"]},
        "born":{"type":"string","format":"date"},
        "tags":{"type":"array","items":{"type":"string"},"maxItems":10},
        "address":{"$ref":"#/$defs/address"},
        "friends":{"type":"array","items":{"$ref":"#"}},
        "contact":{"anyOf":[{"type":"null"},{"type":"object","properties":{"phone":{"type":"string"}},
          "required":["phone"],"additionalProperties":false}]}},
       "required":["name","age","status","address"],"additionalProperties":false,
       "$defs":{"address":{"type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"},
         "zip":{"type":"string","pattern":"^[0-9]{5}$"}},"required":["street","city"],"additionalProperties":false}}}
      """;

  /** Where the vocabulary is, from the folder of the project. */
  @Param("models/tiny-tales/hy.tiktoken")
  public String vocabulary;

  /** What is written. */
  @Param({"schema", "object", "text", "regex"})
  public String format;

  /** Tokens of each text: few, so that its end must be found, or many. */
  @Param({"64", "512"})
  public int budget;

  private ConstraintVocabulary tokens;
  private ResponseFormat wanted;
  private CompiledFormat compiled;
  private FormatConstraint constraint;
  private final Random random = new Random(1);
  private long[] allowed;
  private int stop;
  private int left; // of the text

  /** Reads the vocabulary and compiles the format. */
  @Setup
  public void setUp() throws IOException {
    Tokenizer tokenizer = Tokenizer.fromTiktoken(Path.of(vocabulary), SpecialTokens.hunyuanLarge());
    stop = tokenizer.specialId("<|eos|>").getAsInt();
    tokens = ConstraintVocabulary.of(tokenizer, Set.of(stop));
    wanted =
        switch (format) {
          case "schema" -> new ResponseFormat.JsonSchema(ORDINARY);
          case "object" -> new ResponseFormat.JsonObject();
          case "text" -> new ResponseFormat.FreeText();
          case "regex" -> new ResponseFormat.Regex("(?:[A-Z][a-z]{1,12} ){3,40}[0-9]+\\.");
          default -> throw new IllegalArgumentException(format);
        };
    compiled = CompiledFormat.compile(wanted, tokens);
    constraint = compiled.constraint(budget);
    left = budget;
    allowed = new long[(tokens.size() + 63) / 64];
  }

  /** Compiles the format, shortest endings included, up to its first mask. */
  @Benchmark
  public long compile() {
    CompiledFormat.compile(wanted, tokens).constraint(budget).mask(allowed);
    return allowed[0];
  }

  /** One mask, and taking one of its tokens. Includes the benchmark's own choice of it. */
  @Benchmark
  public int mask() {
    if (left == 0 || constraint.mustEnd()) {
      constraint = compiled.constraint(budget);
      left = budget;
    }
    constraint.mask(allowed);
    int token = anyAllowed();
    constraint.accept(token);
    left = token == stop ? 0 : left - 1;
    return token;
  }

  /** An allowed token near a random place, mostly of the first 300, which are the short ones. */
  private int anyAllowed() {
    int words = random.nextInt(4) == 0 ? allowed.length : 5;
    int start = random.nextInt(words);
    for (int i = 0; i < allowed.length; i++) {
      int word = (start + i) % allowed.length;
      if (allowed[word] != 0) {
        int skipped = random.nextInt(Long.bitCount(allowed[word]));
        long bits = allowed[word];
        while (skipped-- > 0) {
          bits &= bits - 1;
        }
        return word * 64 + Long.numberOfTrailingZeros(bits);
      }
    }
    throw new IllegalStateException("nothing is allowed");
  }
}
