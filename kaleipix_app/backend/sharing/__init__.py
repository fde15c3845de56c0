"""Share links: who may see what through them, and the page behind them."""
