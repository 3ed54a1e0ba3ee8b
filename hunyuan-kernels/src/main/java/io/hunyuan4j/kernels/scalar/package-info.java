/**
 * Plain loops: the executable definition of every operation, and the fallback where there is no
 * vector unit.
 */
@NullMarked
package io.hunyuan4j.kernels.scalar;

import org.jspecify.annotations.NullMarked;
