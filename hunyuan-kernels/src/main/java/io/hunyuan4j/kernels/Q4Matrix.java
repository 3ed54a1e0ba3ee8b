package io.hunyuan4j.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Weights of 4 bits: {@code w = s · (q − z/8)}, {@code q} from 0 to 15 and {@code z} from 0 to 127;
 * 4.5 bits a weight with the scales.
 *
 * <p>A block of a tile is 8 lines of 64 bytes and a line of scales: line {@code j} holds columns
 * {@code 4j … 4j + 3} of all 32 rows, row after row a short, the first column in its lowest bits.
 * The scale of a row is a short too: {@code z} in bits 0 to 6, and {@code s = (1 + m/16) · 2^(e −
 * 24)} with {@code m} in bits 7 to 10 and {@code e} in bits 11 to 15.
 */
public record Q4Matrix(MemorySegment data, int firstRow, int rows, int cols)
    implements BlockMatrix {

  /** Bytes of a block of a tile. */
  public static final int BLOCK_BYTES = Short.BYTES * TILE_ROWS * BLOCK_COLS / 4 + SCALES_BYTES;

  /** Checks that the memory has the size of the shape. */
  public Q4Matrix {
    BlockMatrix.check(data, firstRow, rows, cols, BLOCK_BYTES);
  }

  @Override
  public int blockBytes() {
    return BLOCK_BYTES;
  }

  @Override
  public String format() {
    return "Q4";
  }

  @Override
  public Q4Matrix rows(int from, int to) {
    MemorySegment slice = BlockMatrix.slice(this, from, to);
    return new Q4Matrix(slice, (firstRow + from) % TILE_ROWS, to - from, cols);
  }
}
