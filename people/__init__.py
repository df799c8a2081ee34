"""Who people are: logins, persons, contact points, consent."""
