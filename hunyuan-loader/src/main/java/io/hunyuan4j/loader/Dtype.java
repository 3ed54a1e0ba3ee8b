package io.hunyuan4j.loader;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An element type of a safetensors file, by the name the file uses.
 *
 * <p>The list is that of the {@code Dtype} enum of huggingface/safetensors 0.7. A header may name
 * any of them; which of them can be weights is {@link Checkpoint#weights()}'s business.
 */
public enum Dtype {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  F8_E8M0(8),
  I16(16),
  U16(16),
  F16(16),
  BF16(16),
  I32(32),
  U32(32),
  F32(32),
  C64(64),
  F64(64),
  I64(64),
  U64(64);

  private static final Map<String, Dtype> BY_NAME =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(Dtype::name, dtype -> dtype));

  private final int bits;

  Dtype(int bits) {
    this.bits = bits;
  }

  /** Bits of one element; less than 8 for the packed types. */
  public int bits() {
    return bits;
  }

  /** The type of that name, if there is one. Names are case-sensitive. */
  public static Optional<Dtype> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /**
   * Bytes of a tensor of {@code shape}, whose sizes are not negative; {@code []} is a scalar. Empty
   * where the number passes 2⁶³ − 1 bits or is not a whole number of bytes.
   *
   * <p>Multiplies from the left and stops at the first overflow, as the reference reader does, so
   * {@code [2⁶², 4, 0]} has no size.
   */
  public OptionalLong byteSize(List<Long> shape) {
    long elements = 1;
    for (long size : shape) {
      if (Math.multiplyHigh(elements, size) != 0 || elements * size < 0) {
        return OptionalLong.empty();
      }
      elements *= size;
    }
    if (elements > Long.MAX_VALUE / bits || elements * bits % Byte.SIZE != 0) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(elements * bits / Byte.SIZE);
  }
}
