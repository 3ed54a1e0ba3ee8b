@NullMarked
package io.hunyuan4j.kernels;

import org.jspecify.annotations.NullMarked;
