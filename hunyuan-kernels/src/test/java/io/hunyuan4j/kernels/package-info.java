/**
 * Tests: vector kernels equal scalar ones bit for bit, scalar ones meet a double-precision
 * specification.
 */
@NullMarked
package io.hunyuan4j.kernels;

import org.jspecify.annotations.NullMarked;
