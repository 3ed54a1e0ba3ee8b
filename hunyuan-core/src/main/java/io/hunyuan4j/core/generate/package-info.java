/** From logits to tokens: sampling and the loop around it. */
@NullMarked
package io.hunyuan4j.core.generate;

import org.jspecify.annotations.NullMarked;
