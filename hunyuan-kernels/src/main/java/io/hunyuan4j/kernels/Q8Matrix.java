package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Weights of 8 bits: {@code w = s · (u − 128)}, {@code u} a byte from 1 to 255; 8.5 bits a weight
 * with the scales.
 *
 * <p>A block of a tile is 16 lines of 64 bytes and a line of scales: line {@code j} holds columns
 * {@code 2j} and {@code 2j + 1} of all 32 rows, row after row. The scale {@code s} of a row is
 * {@code (1 + m/16) · 2^(e − 24)} with {@code m} in bits 7 to 10 and {@code e} in bits 11 to 15 of
 * a short.
 */
public record Q8Matrix(MemorySegment data, int firstRow, int rows, int cols)
    implements BlockMatrix {

  /** Bytes of a block of a tile. */
  public static final int BLOCK_BYTES = Short.BYTES * TILE_ROWS * BLOCK_COLS / 2 + SCALES_BYTES;

  /** Checks that the memory has the size of the shape. */
  public Q8Matrix {
    BlockMatrix.check(data, firstRow, rows, cols, BLOCK_BYTES);
  }

  @Override
  public int blockBytes() {
    return BLOCK_BYTES;
  }

  @Override
  public String format() {
    return "Q8";
  }

  @Override
  public Q8Matrix rows(int from, int to) {
    MemorySegment slice = BlockMatrix.slice(this, from, to);
    return new Q8Matrix(slice, (firstRow + from) % TILE_ROWS, to - from, cols);
  }
}
