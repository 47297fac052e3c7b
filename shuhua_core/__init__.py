"""The domain of Shuhua: what an after-sales service does, without any HTTP."""
