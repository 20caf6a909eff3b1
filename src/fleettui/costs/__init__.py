"""What it cost: ledger, prices, budget, leaks."""
