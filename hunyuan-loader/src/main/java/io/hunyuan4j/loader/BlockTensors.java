package io.hunyuan4j.loader;

import io.hunyuan4j.core.ConfigSource;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.kernels.BlockMatrix;
import io.hunyuan4j.kernels.Q4Matrix;
import io.hunyuan4j.kernels.Q8Matrix;
import io.hunyuan4j.kernels.WeightFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How weights in blocks, {@code Q8} and {@code Q4}, lie in safetensors files.
 *
 * <p>A weight {@code X} of {@code rows × cols} is a tensor {@code X_q8} or {@code X_q4} of type U8
 * and shape {@code [tiles, blocks, bytes of a block]}: the bytes of a {@link BlockMatrix} as they
 * are. {@code __metadata__} of the file maps the tensor's name to the weight's shape, {@code [rows,
 * cols]}. Such names count only where {@code config.json} has a {@code quantization_config} with
 * {@code "quant_method": "hunyuan4j"} and {@code "version": 1}.
 */
public final class BlockTensors {
  static final String CONFIG_KEY = "quantization_config";
  private static final String METHOD = "hunyuan4j";
  private static final int VERSION = 1;
  private static final List<WeightFormat> FORMATS = List.of(WeightFormat.Q8, WeightFormat.Q4);
  private static final Pattern SHAPE = Pattern.compile("\\[(\\d{1,10}), (\\d{1,10})]");

  private BlockTensors() {}

  /** The tensor that a weight of that shape is stored as; BF16 and F16 under the weight's name. */
  public static TensorSpec spec(String weight, WeightFormat format, int rows, int cols) {
    return switch (format) {
      case BF16 -> TensorSpec.of(weight, Dtype.BF16, rows, cols);
      case F16 -> TensorSpec.of(weight, Dtype.F16, rows, cols);
      case Q8, Q4 -> new TensorSpec(weight + suffix(format), Dtype.U8, shape(format, rows, cols));
    };
  }

  /** Whether a format needs {@link #metadata} and {@link #config}. */
  public static boolean isInBlocks(WeightFormat format) {
    return FORMATS.contains(format);
  }

  /** What {@code __metadata__} says of a weight of that shape. */
  public static String metadata(int rows, int cols) {
    return List.of(rows, cols).toString();
  }

  /**
   * What {@code config.json} says where weights are in blocks.
   *
   * @param weights the format of most weights, for people
   * @param overrides patterns with formats of their own, for people
   */
  static Map<String, Object> config(String weights, List<String> overrides) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("quant_method", METHOD);
    config.put("version", VERSION);
    config.put("weights", weights);
    config.put("tensors", overrides);
    return config;
  }

  /**
   * Whether a configuration says that there are weights in blocks; its {@code quantization_config}
   * is then read.
   *
   * @throws UnsupportedModelException if they are of an unknown version
   */
  static boolean areIn(ConfigSource config) {
    if (!config.describe(CONFIG_KEY + ".quant_method").equals('"' + METHOD + '"')) {
      return false;
    }
    Optional<ConfigSource> own = config.object(CONFIG_KEY);
    if (own.isEmpty() || !own.get().text("quant_method").equals(METHOD)) {
      throw config.invalid(CONFIG_KEY, "expected the quant_method " + METHOD);
    }
    int version = own.get().integer("version");
    if (version != VERSION) {
      throw new UnsupportedModelException(
          "%s: expected version %d of %s, found version %d"
              .formatted(CONFIG_KEY, VERSION, METHOD, version));
    }
    own.get().optionalText("weights");
    own.get().texts("tensors");
    return true;
  }

  /** The format that a tensor's name stands for, if it is one of those in blocks. */
  static Optional<WeightFormat> format(String tensor) {
    return FORMATS.stream().filter(format -> tensor.endsWith(suffix(format))).findFirst();
  }

  /**
   * A tensor whose name stands for {@code format} as the weight that it is.
   *
   * @param metadata what the file's {@code __metadata__} says
   * @throws CheckpointFormatException if type, shape and metadata do not fit each other
   */
  static WeightEntry weight(TensorEntry tensor, WeightFormat format, Map<String, String> metadata) {
    String text = metadata.getOrDefault(tensor.name(), "");
    Matcher shape = SHAPE.matcher(text);
    if (!shape.matches() || !isInt(shape.group(1)) || !isInt(shape.group(2))) {
      throw faulty(
          tensor,
          "expected its shape in %s as [rows, cols], found %s"
              .formatted(
                  SafetensorsHeader.METADATA,
                  text.isEmpty() ? "nothing" : CheckpointFormatException.quote(text)));
    }
    int rows = Integer.parseInt(shape.group(1));
    int cols = Integer.parseInt(shape.group(2));
    List<Long> expected = shape(format, rows, cols);
    if (tensor.dtype() != Dtype.U8 || !tensor.shape().equals(expected)) {
      throw faulty(
          tensor,
          "expected U8 %s for %s [%d, %d], found %s"
              .formatted(expected, format, rows, cols, tensor.typeAndShape()));
    }
    String name = tensor.name().substring(0, tensor.name().length() - suffix(format).length());
    return new WeightEntry(name, format.name(), List.of((long) rows, (long) cols), tensor);
  }

  private static List<Long> shape(WeightFormat format, int rows, int cols) {
    int blockBytes =
        switch (format) {
          case Q8 -> Q8Matrix.BLOCK_BYTES;
          case Q4 -> Q4Matrix.BLOCK_BYTES;
          case BF16, F16 -> throw new IllegalArgumentException(format + " is not in blocks");
        };
    return List.of(
        (long) BlockMatrix.tiles(rows), (long) BlockMatrix.blocks(cols), (long) blockBytes);
  }

  private static String suffix(WeightFormat format) {
    return "_" + format.name().toLowerCase(Locale.ROOT);
  }

  private static boolean isInt(String digits) {
    return Long.parseLong(digits) <= Integer.MAX_VALUE;
  }

  private static CheckpointFormatException faulty(TensorEntry tensor, String reason) {
    return CheckpointFormatException.ofTensorAt(
        tensor.file(), tensor.name(), tensor.headerOffset(), reason);
  }
}
