package io.hunyuan4j.engine;

import io.hunyuan4j.core.Architecture;
import io.hunyuan4j.core.TensorRole;
import io.hunyuan4j.core.WeightSource;
import io.hunyuan4j.kernels.Bf16Matrix;
import io.hunyuan4j.kernels.F16Matrix;
import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.kernels.Q4Matrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.WeightFormat;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which weights are converted to which format.
 *
 * <p>Matrices of layers, the embedding and the head get {@code format}; of the latter two, Q4 makes
 * Q8. Routers, norms and biases always stay as published, and so does what is stored in fewer bits
 * than its format would need. A rule whose pattern matches a weight decides for it, the last one
 * where several do.
 *
 * @param format for all weights that no rule names; empty leaves them as they are
 * @param rules exceptions, the last one that matches counts
 */
public record WeightPolicy(Optional<WeightFormat> format, List<Rule> rules) {
  private static final WeightPolicy AS_IS = new WeightPolicy(Optional.empty(), List.of());
  private static final String AS_IS_SPELLING = "as-is";

  /** How {@link #parse} spells the formats. */
  public static final List<String> SPELLINGS = spellings();

  /**
   * An exception.
   *
   * @param pattern names of weights, as published; {@code *} stands for any characters, {@code ?}
   *     for one
   * @param format for these; empty leaves them as they are
   */
  public record Rule(String pattern, Optional<WeightFormat> format) {

    /** Checks that there is a pattern. */
    public Rule {
      Objects.requireNonNull(format, "format");
      if (pattern.isBlank()) {
        throw new IllegalArgumentException("a pattern must not be empty");
      }
    }

    /** Whether the pattern stands for the name. */
    public boolean matches(String name) {
      String regex =
          pattern
              .codePoints()
              .mapToObj(
                  c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
              .collect(Collectors.joining());
      return Pattern.compile(regex, Pattern.DOTALL).matcher(name).matches();
    }

    @Override
    public String toString() {
      return pattern + "=" + spelling(format);
    }
  }

  /** Copies the rules. */
  public WeightPolicy {
    Objects.requireNonNull(format, "format");
    rules = List.copyOf(rules);
  }

  /** All weights as they are. */
  public static WeightPolicy asIs() {
    return AS_IS;
  }

  /** All weights in one format. */
  public static WeightPolicy of(WeightFormat format) {
    return new WeightPolicy(Optional.of(format), List.of());
  }

  /** The same with one more rule, which goes before the others. */
  public WeightPolicy with(String pattern, WeightFormat ruleFormat) {
    List<Rule> more = new ArrayList<>(rules);
    more.add(new Rule(pattern, Optional.of(ruleFormat)));
    return new WeightPolicy(format, more);
  }

  /**
   * A policy in words.
   *
   * @param format one of {@link #SPELLINGS}
   * @param rules each {@code PATTERN=FORMAT}
   * @throws IllegalArgumentException if something is spelled otherwise
   */
  public static WeightPolicy parse(String format, List<String> rules) {
    List<Rule> parsed = new ArrayList<>();
    for (String rule : rules) {
      int equals = rule.lastIndexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("expected PATTERN=FORMAT, found " + rule);
      }
      parsed.add(new Rule(rule.substring(0, equals), parseFormat(rule.substring(equals + 1))));
    }
    return new WeightPolicy(parseFormat(format), parsed);
  }

  private static Optional<WeightFormat> parseFormat(String text) {
    String wanted = text.toLowerCase(Locale.ROOT);
    if (!SPELLINGS.contains(wanted)) {
      throw new IllegalArgumentException("expected one of %s, found %s".formatted(SPELLINGS, text));
    }
    return wanted.equals(AS_IS_SPELLING)
        ? Optional.empty()
        : Optional.of(WeightFormat.valueOf(wanted.toUpperCase(Locale.ROOT)));
  }

  private static List<String> spellings() {
    List<String> spellings = new ArrayList<>(List.of(AS_IS_SPELLING));
    for (WeightFormat format : WeightFormat.values()) {
      spellings.add(spelling(Optional.of(format)));
    }
    return List.copyOf(spellings);
  }

  private static String spelling(Optional<WeightFormat> format) {
    return format.map(f -> f.name().toLowerCase(Locale.ROOT)).orElse(AS_IS_SPELLING);
  }

  /** The format of most weights, as {@link #parse} spells it. */
  public String spelling() {
    return spelling(format);
  }

  /** Whether nothing is converted. */
  public boolean isAsIs() {
    return format.isEmpty() && rules.isEmpty();
  }

  /** Whether a weight of that role may be converted at all. */
  static boolean mayConvert(TensorRole role) {
    return switch (role) {
      case EMBEDDING, HEAD, PROJECTION -> true;
      case ROUTER, OTHER -> false;
    };
  }

  /**
   * Weights under this policy: a matrix is converted when it is first asked for.
   *
   * @param stored the weights as they are
   * @param architecture knows what each is for
   * @param arena gets the memory of what is converted
   */
  public WeightSource over(
      WeightSource stored, Architecture architecture, Kernels kernels, Arena arena) {
    return new ConvertedWeights(
        stored,
        (name, matrix) -> formatFor(name, architecture.role(name), matrix),
        kernels,
        arena,
        (_, _) -> {},
        0);
  }

  /** The format that a stored matrix is to be converted to; none gets more bits than it has. */
  Optional<WeightFormat> formatFor(String name, TensorRole role, Matrix stored) {
    return wanted(name, role).filter(format -> isNarrowing(stored, format));
  }

  /** Whether the format is another one with no more bits a weight. */
  private static boolean isNarrowing(Matrix stored, WeightFormat wanted) {
    return switch (stored) {
      case F32Matrix _ -> true;
      case Bf16Matrix _ -> wanted != WeightFormat.BF16;
      case F16Matrix _ -> wanted != WeightFormat.F16;
      case Q8Matrix _ -> wanted == WeightFormat.Q4;
      case Q4Matrix _ -> false;
    };
  }

  /** The format that is wanted for a weight, whatever it is stored in. */
  Optional<WeightFormat> wanted(String name, TensorRole role) {
    for (Rule rule : rules.reversed()) {
      if (mayConvert(role) && rule.matches(name)) {
        return rule.format();
      }
    }
    return switch (role) {
      case PROJECTION -> format;
      case EMBEDDING, HEAD -> format.map(f -> f == WeightFormat.Q4 ? WeightFormat.Q8 : f);
      case ROUTER, OTHER -> Optional.empty();
    };
  }
}
